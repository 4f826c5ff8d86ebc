using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>The hot way of a command through its session: written with its id, framed, peeked at, matched and decoded.</summary>
public class Session
{
    private static readonly EncodedCommand PingCommand = EncodedCommand.ForGuest("guest-ping");
    private static readonly EncodedCommand OsInfoCommand = EncodedCommand.ForGuest("guest-get-osinfo");
    private ScriptedSession _empty = null!;
    private ScriptedSession _osInfo = null!;

    /// <summary>Connects.</summary>
    [GlobalSetup]
    public void Prepare() => (_empty, _osInfo) = (new ScriptedSession("{}"u8.ToArray()), new ScriptedSession(SampleReplies.OsInfo));

    /// <summary>Disconnects.</summary>
    [GlobalCleanup]
    public async Task EndAsync()
    {
        await _empty.DisposeAsync();
        await _osInfo.DisposeAsync();
    }

    /// <summary><c>guest-ping</c>, whose answer is empty.</summary>
    [Benchmark]
    public object Ping() => _empty.Ask(PingCommand);

    /// <summary>A command with a typical answer.</summary>
    [Benchmark]
    public object OsInfo() => _osInfo.Ask(OsInfoCommand);
}
