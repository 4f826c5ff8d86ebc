using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>Answers that come after the end: they amend an outcome that was unknown, once.</summary>
internal sealed partial class VmActor
{
    private readonly UnknownInvocations _unknown = new();
    private readonly List<(Invocation Ended, long Pid)> _adopted = [];

    private void OnLateEvidence(AgentEvents.LateReply late)
    {
        if (late.Result is not (CommandResult.Returned or CommandResult.Refused))
            return;
        if (_unknown.Take(late.Command) is { } ended)
            OnLateAnswer(ended, late.Result);
    }

    private void OnLateAnswer(Invocation ended, CommandResult answer)
    {
        if (ended.Plan.Composite is GuestProgram && answer is CommandResult.Returned started)
        {
            var pid = JsonElement.Parse(started.Value.Span).GetProperty("pid"u8).GetInt64();
            NoteProgram(pid, ended.Plan.JobId);
            _adopted.Add((ended, pid));
            return;
        }
        if (ended.Plan.Composite is null)
            NoteRaw(ended.Plan.Command, ended.Plan.JobId, answer);
        Amend(ended, OutcomeRules.Of(answer, ended.Plan.Command, _condition));
    }

    /// <summary>The agent serves again: the programs that it has started too late are followed to their end.</summary>
    private void FollowAdopted(bool isSameAgent)
    {
        foreach (var (ended, pid) in _adopted)
        {
            if (!isSameAgent)
            {
                Amend(ended, EvidenceRules.Without(ended.Plan, new ExecEvidence(pid, null), Reasons.AgentRestarted, "its agent was restarted"));
                continue;
            }
            var turns = new AgentTurns(new AgentChannel(_agent!, _settings.Time), _settings.LateProgramTimeout, _settings.Time);
            ProgramOf(ended.Plan).FollowAsync(turns, pid).PipeTo(Self, success: result => new VmSignals.LateProgramEnded(ended, result));
        }
        _adopted.Clear();
    }

    private void Amend(Invocation ended, Verdict verdict) =>
        ended.ReplyTo.Tell(new FanOutEvents.Amended(ended.Plan.JobId, ended.Ordinal, OutcomeOf(ended, verdict)));
}
