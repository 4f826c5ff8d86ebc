using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>How a program ended.</summary>
internal static class ProgramEnds
{
    /// <summary>Of a <c>guest-exec-status</c> and its answer, which passed the schema.</summary>
    public static AgentEvents.ProgramEnded Read(EncodedCommand status, CommandResult.Returned answer) =>
        new(ExecJson.PidOf(status) ?? 0, ExecJson.Number(answer.Value.Span, "exitcode"u8), ExecJson.Number(answer.Value.Span, "signal"u8));
}
