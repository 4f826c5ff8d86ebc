using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Api;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>From a command's result to the line that its job's reader gets.</summary>
public class Outcomes
{
    private static readonly EncodedCommand PingCommand = EncodedCommand.ForGuest("guest-ping");
    private static readonly VmCondition Ready = new() { Qmp = QmpLink.Online, RunState = "running" };
    private static readonly CommandResult OsInfo = new CommandResult.Returned(SampleReplies.OsInfo);
    private static readonly CommandResult Refused = new CommandResult.Refused(new CommandError("GenericError", "the file is not there"));
    private static readonly Outcome Ended = new()
    {
        Vm = new VmId(new Guid("6d3c2a10-0000-4000-8000-000000000001")),
        Name = "web00001",
        Host = "local",
        Phase = Phase.Succeeded,
        Effect = Effect.Applied,
        Elapsed = TimeSpan.FromMicroseconds(812),
        Result = "{}"u8.ToArray(),
    };

    private readonly ArrayBufferWriter<byte> _page = new(64 << 10);
    private Utf8JsonWriter _writer = null!;

    /// <summary>Opens the page.</summary>
    [GlobalSetup]
    public void Prepare() => _writer = new Utf8JsonWriter(_page);

    /// <summary>The verdict on a success.</summary>
    [Benchmark]
    public object Success() => OutcomeRules.Of(OsInfo, PingCommand, Ready);

    /// <summary>The verdict on an error of the guest's.</summary>
    [Benchmark]
    public object Refusal() => OutcomeRules.Of(Refused, PingCommand, Ready);

    /// <summary>The line of a job's stream, NDJSON.</summary>
    [Benchmark]
    public int Line()
    {
        _page.ResetWrittenCount();
        _writer.Reset(_page);
        JsonSerializer.Serialize(_writer, new JobStreamItem { Outcome = OutcomeView.Of(Ended) }, ApiJson.Default.JobStreamItem);
        return _page.WrittenCount;
    }
}
