using Akka.Actor;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>How the controller is.</summary>
internal sealed partial class ControllerFeedActor
{
    private void OnGet(ControllerQueries.Get get, IActorRef requester)
    {
        var (items, next) = _instances.Page(get.After, get.Limit, Now);
        var found = new ControllerReplies.Found(Snapshot(), items, next, [.. _journal], [.. _failures]);
        _environment.Logs.LagAsync(_progress.Handled, _stopped.Token)
            .PipeTo(requester, success: lag => found with { Controller = found.Controller with { LagEvents = lag } });
    }

    private ControllerSnapshot Snapshot()
    {
        var last = _failures.LastOrDefault();
        var failing = _instances?.All.Count(instance => instance.Health == ControllerHealth.Failing) ?? 0;
        var (health, message) = Health(failing);
        return new ControllerSnapshot
        {
            Name = Name,
            Scope = _registration.Scope,
            Mode = _registration.Mode,
            Health = health,
            Message = message,
            Instances = _instances?.Count ?? 0,
            Failing = failing,
            Cursor = _progress?.Handled ?? EventCursor.Beginning,
            LagTime = _progress?.OldestOpen is { } oldest && oldest < Now ? Now - oldest : TimeSpan.Zero,
            Counts = _counts with { Commands = _commander.Sent },
            LastError = last?.Error,
            LastErrorAt = last?.Time,
        };
    }

    private (ControllerHealth Health, string? Message) Health(int failing)
    {
        if (_isPaused)
            return (ControllerHealth.Stopped, "paused: resume it");
        if ((_saveFailure ?? _readFailure) is { } failure)
            return (ControllerHealth.Failing, failure);
        if (failing > 0)
            return (ControllerHealth.Failing, Say(ControllerHealth.Failing, failing));
        if (_withoutRoom.Count > 0)
            return (ControllerHealth.Complaining, $"{Settings.MaxInstances} VMs have an instance, and {_withoutRoom.Count} or more have none, whose events are passed over: narrow its target");
        var complaining = _instances?.All.Count(instance => instance.Health == ControllerHealth.Complaining) ?? 0;
        return complaining > 0 ? (ControllerHealth.Complaining, Say(ControllerHealth.Complaining, complaining)) : (ControllerHealth.Ok, null);
    }

    private string Say(ControllerHealth health, int count)
    {
        var first = _instances.All.First(instance => instance.Health == health);
        return _registration.Scope == ControllerScope.Fleet ? first.Message ?? "" : $"{count} of {_instances.Count}, such as {first.VmName ?? first.Key}: {first.Message}";
    }
}
