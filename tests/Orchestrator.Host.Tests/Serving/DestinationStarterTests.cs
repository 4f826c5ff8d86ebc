using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Migration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>The operator's program, by real ones.</summary>
public sealed class DestinationStarterTests
{
    private static readonly Placeholders Places = new("web 1", "u-1", "h1", "h2");

    [Fact]
    public async Task Program_gets_what_stands_for_the_VM_each_as_one_argument()
    {
        var trouble = await StartAsync(["/bin/sh", "-c", "echo \"$1|$2|$3\" >&2; exit 3", "sh", "{name}", "{from}>{to}", "{uri}"], "tcp:{to}:4444");

        Assert.Equal("/bin/sh ended with exit code 3: web 1|h1>h2|tcp:h2:4444", trouble);
    }

    [Fact]
    public async Task Program_that_ends_well_has_started_it_whatever_goes_on_in_the_background() =>
        Assert.Null(await StartAsync(["/bin/sh", "-c", "sleep 5 & exit 0"], null));

    [Theory]
    [InlineData("{directory}")]
    [InlineData("{uri}")]
    public async Task Placeholder_that_is_not_known_yet_is_told(string argument) =>
        Assert.Contains($"'{argument}' of 'migration: start:'", await StartAsync(["/bin/true", argument], null));

    [Fact]
    public async Task Program_that_is_not_there_is_told() => Assert.Contains("/nonexistent/start cannot be run", await StartAsync(["/nonexistent/start"], null));

    [Fact]
    public async Task Program_that_does_not_return_is_killed()
    {
        var time = new FakeTimeProvider();
        var trouble = new DestinationStarter(["/bin/sleep", "1000"], null, time).StartAsync(Places, CancellationToken.None);

        time.Advance(DestinationStarter.Limit);

        Assert.Contains("it must return once QEMU runs", await trouble);
    }

    [Fact]
    public async Task Program_of_a_migration_that_is_given_up_is_killed()
    {
        using var over = new CancellationTokenSource();
        var trouble = new DestinationStarter(["/bin/sleep", "1000"], null, TimeProvider.System).StartAsync(Places, over.Token);

        await over.CancelAsync();

        Assert.Equal("the migration was given up meanwhile", await trouble);
    }

    private static Task<string?> StartAsync(string[] command, string? uri) => new DestinationStarter(command, uri, TimeProvider.System).StartAsync(Places, CancellationToken.None);
}
