using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Files;

/// <summary>Transfers with a reader or a source that a test holds.</summary>
internal static class Transfers
{
    public const string Path = "/tmp/file";
    public const int Chunk = GuestFile.ChunkBytes;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Lengths around the borders of chunks.</summary>
    public static TheoryData<int> Lengths => [0, 1, Chunk - 1, Chunk, Chunk + 1, (2 * Chunk) - 1, 2 * Chunk, (3 * Chunk) + 7];

    public static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 + (i >> 8)))];

    public static string Sum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static AgentTurns Turns(IAgentChannel guest, TimeProvider? time = null) => new(guest, Limit, time ?? TimeProvider.System);

    /// <summary>Pulls the file; what came is <see langword="null"/> when it is not whole.</summary>
    public static async Task<(CompositeResult Result, FileHead? Head, byte[]? Whole)> PullAsync(IAgentChannel guest, TimeProvider? time = null)
    {
        var pipe = new Pipe();
        var pull = new FilePull(Path, pipe.Writer);
        var run = pull.RunAsync(Turns(guest, time));
        using var came = new MemoryStream();
        var isWhole = true;
        try
        {
            await pipe.Reader.CopyToAsync(came);
        }
        catch (IOException)
        {
            isWhole = false;
        }
        var result = await run;
        return (result, pull.Head.IsCompleted ? await pull.Head : null, isWhole ? came.ToArray() : null);
    }

    public static Task<CompositeResult> PushAsync(GuestFileSystem guest, byte[] bytes, bool append = false, TimeProvider? time = null) =>
        new FilePush(Path, append, () => PipeReader.Create(new MemoryStream(bytes))).RunAsync(Turns(guest, time));

    public static JsonElement Value(CompositeResult result)
    {
        var ended = Assert.IsType<CompositeResult.Ended>(result);
        return JsonElement.Parse(Assert.IsType<CommandResult.Returned>(ended.Result).Value.Span);
    }

    public static CommandResult Violation { get; } = new CommandResult.Violated(new ReplyViolation(ViolationKind.Schema, "return", "expected an object"));

    /// <summary>How a step can fail: refused, cut, broken, and never sent.</summary>
    public static IReadOnlyList<CommandResult> Failures { get; } =
    [
        ScriptedChannel.Refused,
        ScriptedChannel.Lost,
        Violation,
        new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "silence"),
        new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, "the agent is Unresponsive"),
    ];
}
