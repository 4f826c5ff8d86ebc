using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>Programs in the guest, whoever has started them, and the one event of each one's end.</summary>
internal sealed partial class VmActor
{
    private readonly GuestPrograms _programs = new();

    /// <summary>A program whose starter waits for it.</summary>
    private void NoteProgram(long pid, string jobId) => _programs.Add(pid, jobId, isLeft: false, AgentTurns.LongestStep);

    /// <summary>Its starter has given up waiting.</summary>
    private void LeaveProgram(long pid)
    {
        _programs.Leave(pid);
        FollowLeftPrograms();
        ConsiderObservation();
    }

    private void LeaveIfRunning(CompositeResult result)
    {
        if (result is CompositeResult.Ran { Program: ExecResult.StillRunning running })
            LeaveProgram(running.Pid);
    }

    /// <summary>
    /// A client of its own accord has started a program, or asks for one. A program that was started before this node's life is known only by the
    /// questions after it.
    /// </summary>
    private void NoteRaw(EncodedCommand command, string jobId, CommandResult result)
    {
        if (ExecJson.PidOf(command) is { } pid)
            OnAskedProgram(pid, result);
        if (result is not CommandResult.Returned returned)
            return;
        if (command.Name == "guest-exec")
            NoteLeft(ExecJson.PidOf(returned), jobId, command);
        SuspectChange(ObservationRules.ChangedBy(command));
    }

    private void OnAskedProgram(long pid, CommandResult answer)
    {
        if (answer is CommandResult.Refused)
            ForgetProgram(pid);
        else if (answer is CommandResult.Returned running && !ExecJson.HasExited(running))
            LeaveProgram(pid);
    }

    private void ForgetProgram(long pid)
    {
        _programs.Remove(pid);
        _observation.Drop(pid);
    }

    /// <summary>An output that was captured is told with the end, and both only once: the answer gets the time that it may need.</summary>
    private void NoteLeft(long pid, string jobId, EncodedCommand start)
    {
        var timeout = start.Arguments.Span.IndexOf("\"capture-output\""u8) >= 0 ? AgentTurns.LongestStep : _settings.LookTimeout;
        _observation.Drop(pid);
        _programs.Add(pid, jobId, isLeft: true, timeout);
        FollowLeftPrograms();
        ConsiderObservation();
    }

    /// <summary>Before the question goes out, so that its answer finds the program known.</summary>
    private void NoteAskedProgram(EncodedCommand command)
    {
        if (ExecJson.PidOf(command) is { } pid && !_programs.Contains(pid))
            _programs.Add(pid, "", isLeft: false, AgentTurns.LongestStep);
    }

    private void FollowLeftPrograms()
    {
        foreach (var pid in _programs.Left)
        {
            if (!_observation.Follow(pid, Uptime))
                return;
        }
    }

    /// <summary>The agent tells an end only once, so this comes once.</summary>
    private void OnProgramEnded(AgentEvents.ProgramEnded ended)
    {
        _observation.Drop(ended.Pid);
        // Of those that are not known, a composite command has made use.
        if (_programs.Take(ended.Pid) is { } job)
        {
            var (name, data) = GuestEvents.ExecCompleted(ended, _snapshot.Incarnation, job);
            Publish(name, data, Provenance.Guest);
        }
        FollowLeftPrograms();
        SuspectChange(ObservationRules.ChangedByGuest);
    }
}
