using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Agent.Files;

public class GuestFileViewTests
{
    private const string Name = "/etc/motd \"é\"";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly GuestFileSystem _guest = new();

    [Theory]
    [MemberData(nameof(Transfers.Lengths), MemberType = typeof(Transfers))]
    public async Task File_is_read_in_pieces_and_closed(int length)
    {
        _guest.Files[Name] = Transfers.Bytes(length);

        var answer = Transfers.Value(await ViewAsync());

        Assert.Equal(_guest.Files[Name], answer.GetProperty("buf-b64").GetBytesFromBase64());
        Assert.Equal((length, true), (answer.GetProperty("count").GetInt32(), answer.GetProperty("eof").GetBoolean()));
        Assert.Equal(["guest-file-open", .. Enumerable.Repeat("guest-file-read", (length / Transfers.Chunk) + 1), "guest-file-close"], _guest.Asked);
        Assert.Equal(0, _guest.OpenHandles);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task File_beyond_the_limit_is_cut_there_and_does_not_claim_its_end(int beyond, bool eof)
    {
        _guest.Files[Name] = new byte[GuestFileView.MaxBytes + beyond];

        var answer = Transfers.Value(await ViewAsync());

        Assert.Equal((GuestFileView.MaxBytes + Math.Min(beyond, 0), eof), (answer.GetProperty("count").GetInt32(), answer.GetProperty("eof").GetBoolean()));
    }

    [Fact]
    public async Task Answer_is_the_type_that_the_schema_promises()
    {
        _guest.Files[Name] = Transfers.Bytes(10);
        Assert.True(GuestNamespace.BuiltIn.Schema.TryGetCommand("guest-view-file", out var command));
        var written = new System.Buffers.ArrayBufferWriter<byte>();
        var answer = Transfers.Value(await ViewAsync()).GetRawText();

        Assert.True(QapiReply.TryRemarshal(command.Returns, System.Text.Encoding.UTF8.GetBytes(answer), written, QapiLimits.Guest, out var violation), violation?.ToString());
        Assert.Equal(answer, System.Text.Encoding.UTF8.GetString(written.WrittenSpan));
    }

    [Fact]
    public async Task File_that_cannot_be_opened_is_not_closed()
    {
        Assert.IsType<CommandResult.Refused>(Assert.IsType<CompositeResult.Ended>(await ViewAsync()).Result);
        Assert.Equal(["guest-file-open"], _guest.Asked);
    }

    public static IEnumerable<object[]> FailedReads =>
        from failure in Enumerable.Range(0, Transfers.Failures.Count) from at in Enumerable.Range(0, 3) select (object[])[failure, at];

    [Theory]
    [MemberData(nameof(FailedReads))]
    public async Task Failed_read_is_the_result_and_the_file_is_closed_all_the_same(int failure, int at)
    {
        _guest.Files[Name] = new byte[5 * Transfers.Chunk];
        _guest.Instead = (command, before) => command.Name == "guest-file-read" && before == at ? Transfers.Failures[failure] : null;

        Assert.Same(Transfers.Failures[failure], Assert.IsType<CompositeResult.Ended>(await ViewAsync()).Result);
        Assert.Equal(("guest-file-close", 0), (_guest.Asked[^1], _guest.OpenHandles));
        Assert.Empty(_guest.Left);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Handle_whose_close_is_not_answered_is_left_to_the_channel(int failure)
    {
        _guest.Files[Name] = new byte[5];
        _guest.Instead = (command, _) => command.Name == "guest-file-close" ? Transfers.Failures[failure] : null;

        Assert.Equal(5, Transfers.Value(await ViewAsync()).GetProperty("count").GetInt32());
        Assert.Equal(["""{"handle":1000}"""], _guest.Left);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(3, 4)]
    [InlineData(3, -1)]
    [InlineData(Transfers.Chunk + 3, Transfers.Chunk + 3)]
    public async Task Count_that_is_not_the_length_of_the_bytes_is_a_violation_and_the_file_is_closed(int length, int count)
    {
        _guest.Files[Name] = [];
        _guest.Instead = (command, _) => command.Name == "guest-file-read"
            ? ScriptedChannel.Returned($$"""{"count":{{count}},"buf-b64":"{{Convert.ToBase64String(new byte[length])}}","eof":false}""") : null;

        var violated = Assert.IsType<CommandResult.Violated>(Assert.IsType<CompositeResult.Ended>(await ViewAsync()).Result);

        Assert.Equal("return.count", violated.Violation.Path);
        Assert.Equal(0, _guest.OpenHandles);
    }

    [Fact]
    public async Task Empty_piece_ends_the_file_even_if_the_guest_denies_it()
    {
        _guest.Files[Name] = [];
        _guest.Instead = (command, _) => command.Name == "guest-file-read" ? ScriptedChannel.Returned("""{"count":0,"buf-b64":"","eof":false}""") : null;

        Assert.Equal(0, Transfers.Value(await ViewAsync()).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Deadline_ends_the_reading_and_the_file_is_closed()
    {
        _guest.Files[Name] = new byte[5 * Transfers.Chunk];
        _guest.Instead = (command, _) =>
        {
            if (command.Name == "guest-file-read")
                _time.Advance(Minute * 0.6);
            return null;
        };

        var result = Assert.IsType<CommandResult.NoReply>(Assert.IsType<CompositeResult.Ended>(await ViewAsync()).Result);

        Assert.Equal((NoReplyCause.DeadlinePassed, true), (result.Cause, result.Written));
        Assert.Equal(["guest-file-open", "guest-file-read", "guest-file-read", "guest-file-close"], _guest.Asked);
    }

    private Task<CompositeResult> ViewAsync()
    {
        var command = EncodedCommand.ForGuest("guest-view-file", JsonElement.Parse("""{"filename":"/etc/motd \"é\""}"""));
        return CompositeCommands.Of(command)!.RunAsync(new AgentTurns(_guest, Minute, _time));
    }
}
