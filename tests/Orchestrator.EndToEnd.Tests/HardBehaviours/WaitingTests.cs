using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>What is done with a program for a guest that stands still, as its job says.</summary>
public sealed class WaitingTests(GuestsFixture guests) : GuestTests(guests, Roomy)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Program_waits_for_a_paused_guest_and_runs_when_it_goes_on()
    {
        await PauseAsync();

        var job = await SubmitAsync("""{"paused":"wait"}""");
        await Eventually.TrueAsync(async () => (await StandsAsync(job)).Is("reason", "VmPaused"), Limit, "the program is blocked");
        Assert.Equal("Blocked", (await StandsAsync(job)).Text("phase"));
        await ResumeAsync();

        (await EndAsync(job)).Succeeds();
    }

    [Theory]
    [InlineData("skip", "Skipped")]
    [InlineData("fail", "Undelivered")]
    public async Task Program_for_a_paused_guest_ends_at_once_where_its_job_does_not_wait(string choice, string phase)
    {
        await PauseAsync();
        try
        {
            (await EndAsync(await SubmitAsync($$"""{"paused":"{{choice}}"}"""))).Ends(phase, "VmPaused", "None");
        }
        finally
        {
            await ResumeAsync();
        }
    }

    private async Task PauseAsync()
    {
        (await Guests.Api.QmpAsync(Roomy, "stop")).Succeeds();
        await Guests.Server.VmAsync(Roomy, vm => vm.Is("state", "Paused"), "is paused");
    }

    private async Task ResumeAsync()
    {
        (await Guests.Api.QmpAsync(Roomy, "cont")).Succeeds();
        await Guests.Server.ReadyAsync(Roomy);
    }

    private async Task<string> SubmitAsync(string conditions)
    {
        var body = $$"""{"target":"{{Roomy}}","run":{"argv":["true"]},"timeoutMs":60000,"deliveryTimeoutMs":60000,"conditions":{{conditions}}}""";
        return (await Guests.Api.PostAsync("/v1/jobs", body)).Body.Text("id")!;
    }

    private async Task<JsonElement> StandsAsync(string job) => (await Guests.Api.GetAsync($"/v1/jobs/{job}/invocations?pending=true")).Items().Single();

    private async Task<JsonElement> EndAsync(string job) => Assert.Single(await Guests.Api.AllOutcomesAsync(job));
}
