using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// A port without <c>id=</c> sends no events, so a restart of its agent may pass unseen. The agent is asked which process it is, but only when
/// there is a reason: after it had to be synchronized again, and when it does not know a pid or a handle any more. On any port it is asked once per
/// incarnation when a program runs for longer than a moment, or evidence of one is wanted: the answer tells whose pids those are.
/// </summary>
internal sealed partial class VmActor
{
    private string? _agentProcess;
    private bool _asksAgentProcess;
    private bool _asksAgain;
    private int _toldIncarnation;

    /// <summary>Whether the agent of this incarnation was asked; it may not have been able to tell.</summary>
    private bool IsAgentProcessTold => _toldIncarnation == _snapshot.Incarnation && !_asksAgentProcess;

    private void AskAgentProcess()
    {
        if (_port is { Id: null })
            AskAnyAgentProcess();
    }

    private void AskAnyAgentProcess()
    {
        // A frozen guest opens no files.
        if (_agent is null || _asksAgentProcess || _condition.Agent != AgentState.Ready || _condition.Freeze != FreezeState.Thawed)
            return;
        _asksAgentProcess = true;
        var incarnation = _snapshot.Incarnation;
        AgentProcess.QueryAsync(new AgentChannel(_agent, _settings.Time), _settings.QueryTimeout, _settings.Time)
            .PipeTo(Self, success: process => new VmSignals.AgentProcessTold(incarnation, process));
    }

    private void OnAgentProcessTold(VmSignals.AgentProcessTold told)
    {
        _asksAgentProcess = false;
        if (told.Incarnation == _snapshot.Incarnation)
        {
            if (told.Process is { } process)
                CompareProcess(process);
            _toldIncarnation = _snapshot.Incarnation;
            TellAgentOfPrograms(told.Incarnation);
        }
        if (_asksAgain)
        {
            _asksAgain = false;
            AskAgentProcess();
        }
        ReconsiderLater();
    }

    private void OnProgramStarted(VmSignals.ProgramStarted started)
    {
        var invocation = started.Invocation;
        NoteProgram(started.Pid, invocation.Plan.JobId);
        if (!_inFlight.Contains(invocation))
            return;
        invocation.Program = new ExecEvidence(started.Pid, _agentProcess);
        invocation.AgentChange = _agentChanges;
        TellProgress(invocation, new InvocationProgress(PendingPhase.Running, Evidence: invocation.Program));
        if (_agentProcess is null && !IsAgentProcessTold && !Timers.IsTimerActive(AgentProcessTimer))
            Timers.StartSingleTimer(AgentProcessTimer, VmSignals.AgentProcessDue.Instance, _settings.ShortProgram);
    }

    private void OnAgentProcessDue()
    {
        if (!IsAgentProcessTold && _inFlight.Any(invocation => invocation.Program is { Agent: null }))
            AskAnyAgentProcess();
    }

    /// <summary>Programs that the agent has started before it told which process it is.</summary>
    private void TellAgentOfPrograms(int incarnation)
    {
        if (_agentProcess is null || incarnation != _snapshot.Incarnation)
            return;
        foreach (var invocation in _inFlight.Where(invocation => invocation.Program is { Agent: null } && invocation.EvidenceUntil is null))
        {
            invocation.Program = invocation.Program! with { Agent = _agentProcess };
            TellProgress(invocation, new InvocationProgress(PendingPhase.Running, Evidence: invocation.Program));
        }
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
