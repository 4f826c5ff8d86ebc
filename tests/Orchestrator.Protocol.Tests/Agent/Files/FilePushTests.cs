using System.IO.Pipelines;
using System.Text.Json;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Files;

public class FilePushTests
{
    private readonly GuestFileSystem _guest = new();

    [Theory]
    [MemberData(nameof(Transfers.Lengths), MemberType = typeof(Transfers))]
    public async Task File_is_written_in_chunks_and_found_to_be_there(int length)
    {
        var bytes = Transfers.Bytes(length);
        _guest.Files[Transfers.Path] = [9, 9, 9];

        var value = Transfers.Value(await Transfers.PushAsync(_guest, bytes));

        Assert.Equal(bytes, _guest.Files[Transfers.Path]);
        Assert.Equal($$"""{"count":{{length}},"sha256":"{{Transfers.Sum(bytes)}}","verified":"sha256sum"}""", value.GetRawText());
        Assert.Equal(["guest-file-open", .. Enumerable.Repeat("guest-file-write", (length + Transfers.Chunk - 1) / Transfers.Chunk), "guest-file-flush", "guest-file-close", "guest-exec", "guest-exec-status"], _guest.Asked);
    }

    [Fact]
    public async Task Guest_without_sha256sum_is_read_back()
    {
        var guest = new GuestFileSystem { HasSha256Sum = false };
        var bytes = Transfers.Bytes(Transfers.Chunk + 1);

        Assert.Equal("read-back", Transfers.Value(await Transfers.PushAsync(guest, bytes)).GetProperty("verified").GetString());
        Assert.Equal(bytes, guest.Files[Transfers.Path]);
        Assert.Equal(0, guest.OpenHandles);
    }

    [Fact]
    public async Task What_is_appended_is_read_back_and_what_was_there_stays()
    {
        var bytes = Transfers.Bytes(1000);
        _guest.Files[Transfers.Path] = [7, 7];

        var value = Transfers.Value(await Transfers.PushAsync(_guest, bytes, append: true));

        Assert.Equal([7, 7, .. bytes], _guest.Files[Transfers.Path]);
        Assert.Equal((1000, Transfers.Sum(bytes), "read-back"), (value.GetProperty("count").GetInt32(), value.GetProperty("sha256").GetString(), value.GetProperty("verified").GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guest_that_has_something_else_is_no_success(bool hasSha256Sum)
    {
        var guest = new GuestFileSystem { HasSha256Sum = hasSha256Sum };
        guest.Instead = (command, _) =>
        {
            if (command.Name == "guest-file-flush")
                guest.Files[Transfers.Path][3] ^= 1;
            return null;
        };

        var failed = Assert.IsType<CompositeResult.Failed>(await Transfers.PushAsync(guest, Transfers.Bytes(100)));

        Assert.Equal((CompositeFault.ChecksumMismatch, $"100 bytes were written to {Transfers.Path}"), (failed.Fault, failed.Partial));
    }

    [Fact]
    public async Task File_that_cannot_be_opened_changed_nothing()
    {
        _guest.Instead = (_, _) => ScriptedChannel.Refused;

        var ended = Assert.IsType<CompositeResult.Ended>(await Transfers.PushAsync(_guest, [1]));

        Assert.Equal((ScriptedChannel.Refused, null), (ended.Result, ended.Partial));
        Assert.Equal(["guest-file-open"], _guest.Asked);
    }

    public static IEnumerable<object[]> FailedSteps =>
        from failure in Enumerable.Range(0, Transfers.Failures.Count)
        from step in new[] { ("guest-file-write", 0), ("guest-file-write", 2), ("guest-file-flush", 0), ("guest-file-close", 0) }
        select (object[])[step.Item1, step.Item2, failure];

    [Theory]
    [MemberData(nameof(FailedSteps))]
    public async Task Failed_step_tells_how_much_is_in_the_guest(string step, int at, int failure)
    {
        _guest.Instead = (command, before) => command.Name == step && before == at ? Transfers.Failures[failure] : null;

        var ended = Assert.IsType<CompositeResult.Ended>(await Transfers.PushAsync(_guest, Transfers.Bytes(3 * Transfers.Chunk)));

        var written = step == "guest-file-write" ? at * Transfers.Chunk : 3 * Transfers.Chunk;
        Assert.Equal((Transfers.Failures[failure], $"{written} bytes were written to {Transfers.Path}"), (ended.Result, ended.Partial));
        Assert.Contains("guest-file-close", _guest.Asked);
        Assert.Equal(step == "guest-file-close" && failure > 0 ? 1 : 0, _guest.Left.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(101)]
    public async Task Agent_that_claims_another_count_is_not_believed(int count)
    {
        _guest.Instead = (command, _) => command.Name == "guest-file-write" ? ScriptedChannel.Returned($$"""{"count":{{count}},"eof":false}""") : null;

        var ended = Assert.IsType<CompositeResult.Ended>(await Transfers.PushAsync(_guest, Transfers.Bytes(100)));

        Assert.Equal("return.count", Assert.IsType<CommandResult.Violated>(ended.Result).Violation.Path);
    }

    [Fact]
    public async Task Source_that_breaks_leaves_a_part_and_says_so()
    {
        var pipe = new Pipe();
        var run = new FilePush(Transfers.Path, append: false, () => pipe.Reader).RunAsync(Transfers.Turns(_guest));

        await pipe.Writer.WriteAsync(Transfers.Bytes(Transfers.Chunk));
        await pipe.Writer.CompleteAsync(new IOException("the client left"));

        var failed = Assert.IsType<CompositeResult.Failed>(await run);
        Assert.Equal((CompositeFault.TransferAborted, 0), (failed.Fault, _guest.OpenHandles));
        Assert.Contains("the client left", failed.Detail, StringComparison.Ordinal);
        Assert.EndsWith($" bytes were written to {Transfers.Path}", failed.Partial, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_of_the_namespace_writes_its_bytes_on_every_VM()
    {
        var arguments = JsonElement.Parse($$"""{"filename":"{{Transfers.Path}}","buf-b64":"AQID"}""");
        var composite = CompositeCommands.Of(EncodedCommand.ForGuest("guest-write-file", arguments))!;
        var other = new GuestFileSystem();

        Assert.Equal(3, Transfers.Value(await composite.RunAsync(Transfers.Turns(_guest))).GetProperty("count").GetInt32());
        Assert.Equal(3, Transfers.Value(await composite.RunAsync(Transfers.Turns(other))).GetProperty("count").GetInt32());
        Assert.Equal([1, 2, 3], other.Files[Transfers.Path]);
    }

    [Theory]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  /tmp/file\n", true)]
    [InlineData("\\e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  /tmp/a\\nb\n", true)]
    [InlineData("", false)]
    [InlineData("e3b0c442  /tmp/file\n", false)]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855  /tmp/file\n", false)]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8551  /tmp/file\n", false)]
    public void Sum_is_the_first_word_or_none(string output, bool isSum) =>
        Assert.Equal(isSum ? Transfers.Sum([]) : null, GuestChecksum.Parse(output));
}
