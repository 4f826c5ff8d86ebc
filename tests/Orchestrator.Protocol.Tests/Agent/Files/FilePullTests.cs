using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Files;

public class FilePullTests
{
    private readonly GuestFileSystem _guest = new();

    [Theory]
    [MemberData(nameof(Transfers.Lengths), MemberType = typeof(Transfers))]
    public async Task File_comes_whole_with_its_size_before_and_its_checksum_after(int length)
    {
        var file = _guest.Files[Transfers.Path] = Transfers.Bytes(length);

        var (result, head, whole) = await Transfers.PullAsync(_guest);

        Assert.Equal(file, whole);
        Assert.Equal((length, Transfers.Sum(file)), (Transfers.Value(result).GetProperty("count").GetInt32(), Transfers.Value(result).GetProperty("sha256").GetString()));
        Assert.Equal(new FileHead(length, length < Transfers.Chunk ? null : Transfers.Sum(file)), head);
        Assert.Equal(0, _guest.OpenHandles);
    }

    [Fact]
    public async Task File_without_places_is_read_to_its_end()
    {
        var guest = new GuestFileSystem { CanSeek = false, Files = { [Transfers.Path] = Transfers.Bytes(3 * Transfers.Chunk) } };

        var (result, head, whole) = await Transfers.PullAsync(guest);

        Assert.Equal(guest.Files[Transfers.Path], whole);
        Assert.Equal(new FileHead(null, null), head);
        Assert.Equal(3 * Transfers.Chunk, Transfers.Value(result).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Guest_without_sha256sum_tells_only_the_size()
    {
        var guest = new GuestFileSystem { HasSha256Sum = false, Files = { [Transfers.Path] = Transfers.Bytes(2 * Transfers.Chunk) } };

        var (_, head, whole) = await Transfers.PullAsync(guest);

        Assert.Equal(new FileHead(2 * Transfers.Chunk, null), head);
        Assert.Equal(guest.Files[Transfers.Path], whole);
    }

    [Fact]
    public async Task File_that_grows_comes_as_it_was_at_the_start()
    {
        var guest = new GuestFileSystem { HasSha256Sum = false };
        var before = guest.Files[Transfers.Path] = Transfers.Bytes((2 * Transfers.Chunk) + 5);
        guest.Instead = Grow;

        Assert.Equal(before, (await Transfers.PullAsync(guest)).Whole);

        CommandResult? Grow(EncodedCommand command, int reads)
        {
            if (command.Name == "guest-file-read" && reads == 2)
                guest.Files[Transfers.Path] = [.. before, 1, 2, 3];
            return null;
        }
    }

    [Fact]
    public async Task File_that_becomes_shorter_does_not_look_whole()
    {
        _guest.Files[Transfers.Path] = Transfers.Bytes(3 * Transfers.Chunk);
        ChangeBeforeRead(2, Transfers.Bytes((2 * Transfers.Chunk) + 9));

        await AssertChangedAsync("ended after");
    }

    [Fact]
    public async Task File_whose_bytes_change_does_not_look_whole()
    {
        _guest.Files[Transfers.Path] = Transfers.Bytes(3 * Transfers.Chunk);
        ChangeBeforeRead(2, new byte[3 * Transfers.Chunk]);

        await AssertChangedAsync("SHA-256");
    }

    public static IEnumerable<object[]> FailedSteps =>
        from failure in Enumerable.Range(0, Transfers.Failures.Count)
        from step in new[] { ("guest-file-open", 0), ("guest-file-read", 0), ("guest-file-read", 1), ("guest-file-read", 2) }
        select (object[])[step.Item1, step.Item2, failure];

    [Theory]
    [MemberData(nameof(FailedSteps))]
    public async Task Failed_step_is_the_result_and_nothing_looks_whole(string step, int at, int failure)
    {
        _guest.Files[Transfers.Path] = Transfers.Bytes(3 * Transfers.Chunk);
        _guest.Instead = (command, before) => command.Name == step && before == at ? Transfers.Failures[failure] : null;

        var (result, head, whole) = await Transfers.PullAsync(_guest);

        Assert.Same(Transfers.Failures[failure], Assert.IsType<CompositeResult.Ended>(result).Result);
        Assert.Null(whole);
        Assert.Equal(at > 0, head is not null);
        Assert.Equal(0, _guest.OpenHandles);
    }

    [Fact]
    public async Task Reader_that_leaves_ends_the_transfer_and_the_file_is_closed()
    {
        _guest.Files[Transfers.Path] = Transfers.Bytes(20 * Transfers.Chunk);
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();

        var result = await new FilePull(Transfers.Path, pipe.Writer).RunAsync(Transfers.Turns(_guest));

        Assert.Equal(CompositeFault.TransferAborted, Assert.IsType<CompositeResult.Failed>(result).Fault);
        Assert.Equal((1, 0), (_guest.Count("guest-file-read"), _guest.OpenHandles));
    }

    [Fact]
    public async Task Slow_reader_holds_no_more_than_its_pipe()
    {
        _guest.Files[Transfers.Path] = Transfers.Bytes(20 * Transfers.Chunk);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: Transfers.Chunk, resumeWriterThreshold: 1));
        var run = new FilePull(Transfers.Path, pipe.Writer).RunAsync(Transfers.Turns(_guest));

        Assert.Equal(1, _guest.Count("guest-file-read"));
        Assert.False(run.IsCompleted);
        await pipe.Reader.CopyToAsync(Stream.Null);
        Assert.Equal(20 * Transfers.Chunk, Transfers.Value(await run).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Deadline_ends_the_transfer()
    {
        var time = new FakeTimeProvider();
        _guest.Files[Transfers.Path] = Transfers.Bytes(9 * Transfers.Chunk);
        _guest.Instead = (command, _) =>
        {
            if (command.Name == "guest-file-read")
                time.Advance(TimeSpan.FromSeconds(20));
            return null;
        };

        var (result, _, whole) = await Transfers.PullAsync(_guest, time);

        Assert.Equal(NoReplyCause.DeadlinePassed, Assert.IsType<CommandResult.NoReply>(Assert.IsType<CompositeResult.Ended>(result).Result).Cause);
        Assert.Null(whole);
        Assert.Equal(0, _guest.OpenHandles);
    }

    private void ChangeBeforeRead(int read, byte[] changed) => _guest.Instead = (command, before) =>
    {
        if (command.Name == "guest-file-read" && before == read)
            _guest.Files[Transfers.Path] = changed;
        return null;
    };

    private async Task AssertChangedAsync(string words)
    {
        var (result, _, whole) = await Transfers.PullAsync(_guest);

        var failed = Assert.IsType<CompositeResult.Failed>(result);
        Assert.Equal(CompositeFault.FileChanged, failed.Fault);
        Assert.Contains(words, failed.Detail, StringComparison.Ordinal);
        Assert.Null(whole);
    }
}
