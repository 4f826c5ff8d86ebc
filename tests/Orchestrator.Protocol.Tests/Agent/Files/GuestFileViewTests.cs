using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Files;

public class GuestFileViewTests
{
    private const int Piece = 1024 * 1024;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(Piece)]
    [InlineData((2 * Piece) + 1)]
    public async Task File_is_read_in_pieces_and_closed(int length)
    {
        var file = File(length);
        var channel = Serve(file);

        var answer = await ViewAsync(channel);

        Assert.Equal(file, answer.GetProperty("contents").GetBytesFromBase64());
        Assert.Equal(("/etc/motd \"é\"", length, false), (answer.GetProperty("filename").GetString(), answer.GetProperty("count").GetInt32(), answer.GetProperty("truncated").GetBoolean()));
        Assert.Equal(["guest-file-open", .. Enumerable.Repeat("guest-file-read", (length / Piece) + 1), "guest-file-close"], channel.Names);
        Assert.Equal("""{"handle":1000}""", channel.Asked[^1].Arguments);
        var open = JsonElement.Parse(channel.Asked[0].Arguments);
        Assert.Equal(("/etc/motd \"é\"", "rb"), (open.GetProperty("path").GetString(), open.GetProperty("mode").GetString()));
    }

    [Fact]
    public async Task File_beyond_the_limit_is_cut_there_and_says_so()
    {
        var answer = await ViewAsync(Serve(File(GuestFileView.MaxBytes + 1)));

        Assert.Equal((GuestFileView.MaxBytes, true), (answer.GetProperty("count").GetInt32(), answer.GetProperty("truncated").GetBoolean()));
    }

    [Fact]
    public async Task Short_pieces_do_not_add_up_to_more_than_the_limit()
    {
        // A guest may answer each question with less than was asked for; what is asked for last must then be less, too.
        var file = File(GuestFileView.MaxBytes + Piece);
        var answer = await ViewAsync(Serve(file, shortenBy: 1));

        Assert.Equal(GuestFileView.MaxBytes, answer.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task File_that_cannot_be_opened_is_not_closed()
    {
        var channel = new ScriptedChannel((_, _) => ScriptedChannel.Refused);

        Assert.Same(ScriptedChannel.Refused, await GuestFileView.RunAsync(channel, View, Minute, _time));
        Assert.Equal(["guest-file-open"], channel.Names);
    }

    public static TheoryData<CommandResult> FailedReads => [ScriptedChannel.Refused, ScriptedChannel.Lost];

    [Theory]
    [MemberData(nameof(FailedReads), DisableDiscoveryEnumeration = true)]
    public async Task Failed_read_is_the_result_and_the_file_is_closed_all_the_same(CommandResult failure)
    {
        var channel = new ScriptedChannel((command, _) => command.Name == "guest-file-open" ? ScriptedChannel.Returned("1000") : failure);

        Assert.Same(failure, await GuestFileView.RunAsync(channel, View, Minute, _time));
        Assert.Equal(["guest-file-open", "guest-file-read", "guest-file-close"], channel.Names);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(3, 4)]
    [InlineData(3, -1)]
    [InlineData(Piece + 3, Piece + 3)]
    public async Task Count_that_is_not_the_length_of_the_bytes_is_a_violation_and_the_file_is_closed(int length, int count)
    {
        var channel = new ScriptedChannel((command, _) => ScriptedChannel.Returned(
            command.Name == "guest-file-open" ? "1000" : $$"""{"count":{{count}},"buf-b64":"{{Convert.ToBase64String(new byte[length])}}","eof":false}"""));

        var violated = Assert.IsType<CommandResult.Violated>(await GuestFileView.RunAsync(channel, View, Minute, _time));

        Assert.Equal("return.count", violated.Violation.Path);
        Assert.Equal("guest-file-close", channel.Names.Last());
    }

    [Fact]
    public async Task Empty_piece_ends_the_file_even_if_the_guest_denies_it()
    {
        var channel = new ScriptedChannel((command, _) => ScriptedChannel.Returned(
            command.Name == "guest-file-open" ? "1000" : """{"count":0,"buf-b64":"","eof":false}"""));

        Assert.Equal(0, (await ViewAsync(channel)).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Deadline_ends_the_reading_and_the_file_is_closed()
    {
        var channel = new ScriptedChannel((command, _) =>
        {
            _time.Advance(Minute * 0.4);
            return ScriptedChannel.Returned(command.Name == "guest-file-open" ? "1000" : """{"count":1,"buf-b64":"AA==","eof":false}""");
        });

        var result = Assert.IsType<CommandResult.NoReply>(await GuestFileView.RunAsync(channel, View, Minute, _time));

        Assert.Equal((NoReplyCause.DeadlinePassed, true), (result.Cause, result.Written));
        Assert.Equal(["guest-file-open", "guest-file-read", "guest-file-read", "guest-file-close"], channel.Names);
        Assert.Equal([Minute, Minute * 0.6, Minute * 0.2], channel.Asked[..3].Select(asked => asked.Timeout));
    }

    private static EncodedCommand View => EncodedCommand.ForGuest("guest-view-file", JsonElement.Parse("""{"filename":"/etc/motd \"é\""}"""));

    private async Task<JsonElement> ViewAsync(ScriptedChannel channel) =>
        JsonElement.Parse(Assert.IsType<CommandResult.Returned>(await GuestFileView.RunAsync(channel, View, Minute, _time)).Value.Span);

    private static byte[] File(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];

    /// <summary>Serves a file as qemu-ga does: the end is told with the first piece that is shorter than asked.</summary>
    private static ScriptedChannel Serve(byte[] file, int shortenBy = 0)
    {
        var at = 0;
        return new ScriptedChannel((command, _) =>
        {
            if (command.Name == "guest-file-open")
                return ScriptedChannel.Returned("1000");
            if (command.Name == "guest-file-close")
                return ScriptedChannel.Returned("{}");
            var asked = JsonElement.Parse(command.Arguments.Span);
            Assert.Equal(1000, asked.GetProperty("handle").GetInt64());
            var wanted = asked.GetProperty("count").GetInt32();
            var piece = file.AsSpan(at, Math.Min(Math.Max(wanted - shortenBy, 1), file.Length - at));
            at += piece.Length;
            var eof = at == file.Length && piece.Length < wanted ? "true" : "false";
            return ScriptedChannel.Returned($$"""{"count":{{piece.Length}},"buf-b64":"{{Convert.ToBase64String(piece)}}","eof":{{eof}}}""");
        });
    }
}
