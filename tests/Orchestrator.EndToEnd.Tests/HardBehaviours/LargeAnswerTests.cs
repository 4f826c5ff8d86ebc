using System.Text;
using Orchestrator.EndToEnd.Tests.Serving;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Answers of any size, and files as a whole.</summary>
public sealed class LargeAnswerTests(GuestsFixture guests) : GuestTests(guests, Roomy)
{
    private const int LargestRead = 48 * 1024 * 1024;

    [Fact]
    public async Task Largest_file_read_that_the_agent_allows_comes_whole_and_leaves_the_channel_usable()
    {
        var handle = (await Guests.Api.AgentAsync(Roomy, "guest-file-open", """{"path":"/dev/zero"}""")).Result().GetInt32();

        var read = (await Guests.Api.AgentAsync(Roomy, "guest-file-read", $$"""{"handle":{{handle}},"count":{{LargestRead}}}""", timeoutMs: 120_000)).Result();

        Assert.Equal(LargestRead, read.Number("count"));
        Assert.Equal(LargestRead / 3 * 4, read.Text("buf-b64")!.Length);
        (await Guests.Api.AgentAsync(Roomy, "guest-ping")).Succeeds();
        (await Guests.Api.AgentAsync(Roomy, "guest-file-close", $$"""{"handle":{{handle}}}""")).Succeeds();
    }

    [Fact]
    public async Task Monitors_longest_answer_comes_whole()
    {
        var schema = (await Guests.Api.QmpAsync(Roomy, "query-qmp-schema")).Result();

        Assert.True(schema.GetArrayLength() > 500);
    }

    [Fact]
    public async Task Viewed_file_is_the_guests_and_leaves_no_handle_open()
    {
        var handles = await OpenHandlesAsync();

        var file = (await Guests.Api.AgentAsync(Roomy, "guest-view-file", """{"filename":"/etc/hostname"}""")).Result();

        Assert.Equal(Roomy + "\n", Encoding.UTF8.GetString(file.GetProperty("buf-b64").GetBytesFromBase64()));
        Assert.Equal(Roomy.Length + 1, file.Number("count"));
        Assert.True(file.GetProperty("eof").GetBoolean());
        Assert.Equal(handles, await OpenHandlesAsync());
    }

    [Fact]
    public async Task File_that_is_not_there_cannot_be_viewed()
    {
        var outcome = (await Guests.Api.AgentAsync(Roomy, "guest-view-file", """{"filename":"/no/such/file"}""")).Ends("Refused", "GuestError", "None");

        Assert.Contains("/no/such/file", outcome.GetProperty("error").Text("desc"));
    }

    [Fact]
    public async Task File_of_several_pieces_is_put_together_in_order()
    {
        var sum = (await Guests.Api.ShellAsync(Roomy, "head -c 3500000 /dev/urandom > /tmp/large; sha256sum /tmp/large | cut -d' ' -f1")).Stdout().Trim();

        var file = (await Guests.Api.AgentAsync(Roomy, "guest-view-file", """{"filename":"/tmp/large"}""")).Result();

        var contents = file.GetProperty("buf-b64").GetBytesFromBase64();
        Assert.Equal(3_500_000, contents.Length);
        Assert.Equal(sum, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(contents)));
    }

    private async Task<string> OpenHandlesAsync() => (await Guests.Api.ShellAsync(Roomy, "ls /proc/$(pidof qemu-ga)/fd | wc -l")).Stdout();
}
