using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Scale.Results;

/// <summary>All turns of one number of nodes and of VMs; a value per turn. <see cref="ScaleSample"/> says what each is.</summary>
/// <param name="ReadyMiB">Of all nodes.</param>
/// <param name="IdleMicrosecondsPerVm">CPU time per VM and second.</param>
/// <param name="JobMilliseconds">Of every measured job.</param>
/// <param name="MessagesPerJob">The program's own between nodes; <see langword="null"/> where they send none.</param>
/// <param name="FramesPerJob">All messages between nodes.</param>
/// <param name="BytesPerCommand">Of all messages between nodes.</param>
/// <param name="IdleFramesPerSecond">All messages between nodes while nothing happens.</param>
/// <param name="IdleBytesPerSecond">Their bytes.</param>
public sealed record ScaleSummary(
    int Nodes, int Vms, Distribution StartSeconds, Distribution WholeSeconds, Distribution ReadyMiB, Distribution ReadyKiBPerVm, Distribution AfterKiBPerVm, Distribution RestKiBPerVm, Distribution EmulatorKiBPerVm,
    Distribution IdleCores, Distribution IdleMicrosecondsPerVm, Distribution JobMilliseconds, Distribution CpuMicroseconds,
    Distribution? MessagesPerJob, Distribution? FramesPerJob, Distribution? BytesPerCommand, Distribution? IdleFramesPerSecond, Distribution? IdleBytesPerSecond)
{
    /// <summary>Summarizes turns of the same size, at least one.</summary>
    public static ScaleSummary Of(IReadOnlyList<ScaleSample> turns) => new(
        turns[0].Nodes,
        turns[0].Vms,
        Of(turns, turn => turn.StartSeconds),
        Of(turns, turn => turn.WholeSeconds),
        Of(turns, turn => turn.ReadyBytes / 1048576.0),
        Of(turns, turn => turn.ReadyKiBPerVm),
        Of(turns, turn => turn.AfterKiBPerVm),
        Of(turns, turn => turn.RestKiBPerVm),
        Of(turns, turn => turn.EmulatorBytes / 1024.0 / turn.Vms),
        Of(turns, turn => turn.IdleCores),
        Of(turns, turn => turn.IdleCores * 1e6 / turn.Vms),
        Distribution.Of(turns.SelectMany(turn => turn.JobSeconds).Select(seconds => seconds * 1000)),
        Of(turns, turn => turn.CpuMicroseconds),
        Counted(turns, turn => turn.JobTraffic?.Messages),
        Counted(turns, turn => turn.JobTraffic?.Frames),
        Counted(turns, turn => turn.JobTraffic?.FrameBytes / turn.Vms),
        Counted(turns, turn => turn.IdleTraffic?.Frames),
        Counted(turns, turn => turn.IdleTraffic?.FrameBytes));

    private static Distribution Of(IReadOnlyList<ScaleSample> turns, Func<ScaleSample, double> value) => Distribution.Of(turns.Select(value));

    private static Distribution? Counted(IReadOnlyList<ScaleSample> turns, Func<ScaleSample, double?> value)
    {
        var counted = turns.Select(value).OfType<double>().ToList();
        return counted.Count == 0 ? null : Distribution.Of(counted);
    }
}
