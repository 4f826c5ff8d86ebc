using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Scale.Results;

/// <summary>All turns of one number of nodes and of VMs; a value per turn. <see cref="ScaleSample"/> says what each is.</summary>
/// <param name="ReadyMiB">Of all nodes.</param>
/// <param name="IdleMicrosecondsPerVm">CPU time per VM and second.</param>
/// <param name="JobMilliseconds">Of every measured job.</param>
/// <param name="MessagesPerCommand">Between nodes; <see langword="null"/> where they do not count.</param>
/// <param name="BytesPerCommand">Between nodes.</param>
/// <param name="IdleBytesPerSecond">Between nodes, while nothing happens.</param>
public sealed record ScaleSummary(
    int Nodes, int Vms, Distribution StartSeconds, Distribution ReadyMiB, Distribution ReadyKiBPerVm, Distribution AfterKiBPerVm, Distribution EmulatorKiBPerVm,
    Distribution IdleCores, Distribution IdleMicrosecondsPerVm, Distribution JobMilliseconds, Distribution CpuMicroseconds,
    Distribution? MessagesPerCommand, Distribution? BytesPerCommand, Distribution? IdleBytesPerSecond)
{
    /// <summary>Summarizes turns of the same size, at least one.</summary>
    public static ScaleSummary Of(IReadOnlyList<ScaleSample> turns) => new(
        turns[0].Nodes,
        turns[0].Vms,
        Of(turns, turn => turn.StartSeconds),
        Of(turns, turn => turn.ReadyBytes / 1048576.0),
        Of(turns, turn => turn.ReadyKiBPerVm),
        Of(turns, turn => turn.AfterKiBPerVm),
        Of(turns, turn => turn.EmulatorBytes / 1024.0 / turn.Vms),
        Of(turns, turn => turn.IdleCores),
        Of(turns, turn => turn.IdleCores * 1e6 / turn.Vms),
        Distribution.Of(turns.SelectMany(turn => turn.JobSeconds).Select(seconds => seconds * 1000)),
        Of(turns, turn => turn.CpuMicroseconds),
        Counted(turns, turn => turn.JobTraffic, (turn, traffic) => traffic.Messages / turn.Commands),
        Counted(turns, turn => turn.JobTraffic, (turn, traffic) => traffic.Bytes / turn.Commands),
        Counted(turns, turn => turn.IdleTraffic, (_, traffic) => traffic.Bytes));

    private static Distribution Of(IReadOnlyList<ScaleSample> turns, Func<ScaleSample, double> value) => Distribution.Of(turns.Select(value));

    private static Distribution? Counted(IReadOnlyList<ScaleSample> turns, Func<ScaleSample, NodeTraffic?> traffic, Func<ScaleSample, NodeTraffic, double> value)
    {
        var counted = turns.Where(turn => traffic(turn) is not null).Select(turn => value(turn, traffic(turn)!)).ToList();
        return counted.Count == 0 ? null : Distribution.Of(counted);
    }
}
