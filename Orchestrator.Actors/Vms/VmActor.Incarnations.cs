using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// A port without <c>id=</c> sends no events, so a restart of its agent may pass unseen. The agent is asked which process it is, but only when
/// there is a reason: after it had to be synchronized again, and when it does not know a pid or a handle any more.
/// </summary>
internal sealed partial class VmActor
{
    private string? _agentProcess;
    private bool _asksAgentProcess;
    private bool _asksAgain;

    private void AskAgentProcess()
    {
        if (_port is not { Id: null } || _agent is null || _asksAgentProcess || _condition.Agent != AgentState.Ready)
            return;
        _asksAgentProcess = true;
        var incarnation = _snapshot.Incarnation;
        AgentProcess.QueryAsync(new AgentChannel(_agent, _settings.Time), _settings.QueryTimeout, _settings.Time)
            .PipeTo(Self, success: process => new VmSignals.AgentProcessTold(incarnation, process));
    }

    private void OnAgentProcessTold(VmSignals.AgentProcessTold told)
    {
        _asksAgentProcess = false;
        if (told.Incarnation == _snapshot.Incarnation && told.Process is { } process)
            CompareProcess(process);
        if (!_asksAgain)
            return;
        _asksAgain = false;
        AskAgentProcess();
    }

    private void CompareProcess(string process)
    {
        if (_agentProcess is not null && _agentProcess != process)
            OnIncarnation();
        _agentProcess = process;
    }

    /// <summary>
    /// An agent that does not know a pid or a handle may be another process than the one that gave it out. A question under way may have been
    /// asked before: it is asked again.
    /// </summary>
    private void SuspectRestart(Invocation invocation, Verdict verdict)
    {
        if (verdict.Reason == Reasons.GuestError
            && invocation.Plan.Command.Name is "guest-exec-status" or "guest-file-read" or "guest-file-write" or "guest-file-seek" or "guest-file-flush" or "guest-file-close")
        {
            _asksAgain = _asksAgentProcess;
            AskAgentProcess();
        }
    }
}
