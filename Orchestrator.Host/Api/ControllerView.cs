using System.Text.Json;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Storage;

namespace Orchestrator.Host.Api;

/// <summary>A controller as the API shows it (docs/API.md).</summary>
public sealed record ControllerView
{
    /// <summary>Unique in the node.</summary>
    public required string Name { get; init; }

    /// <summary><c>Fleet</c> or <c>Vm</c>.</summary>
    public required ControllerScope Scope { get; init; }

    /// <summary><c>Live</c>, <c>Shadow</c> or <c>Off</c>.</summary>
    public required ControllerMode Mode { get; init; }

    /// <summary><c>Ok</c>, <c>Complaining</c>, <c>Failing</c> or <c>Stopped</c>.</summary>
    public required ControllerHealth Health { get; init; }

    /// <summary>Why; left out when all is well.</summary>
    public string? Message { get; init; }

    /// <summary>Instances that run.</summary>
    public required int Instances { get; init; }

    /// <summary>Instances whose last handler failed.</summary>
    public required int Failing { get; init; }

    /// <summary>Events in the logs after its place, whether or not it wants them; left out if a log does not tell.</summary>
    public long? LagEvents { get; init; }

    /// <summary>Since the oldest event that it has not handled, in milliseconds.</summary>
    public required double LagMs { get; init; }

    /// <summary>Everything before it has been handled.</summary>
    public required string Cursor { get; init; }

    /// <summary>What it did since the node started.</summary>
    public required ControllerCountsView Counts { get; init; }

    /// <summary>The newest failure.</summary>
    public string? LastError { get; init; }

    /// <summary>When it was.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>From the actor's snapshot.</summary>
    public static ControllerView Of(ControllerSnapshot controller)
    {
        ArgumentNullException.ThrowIfNull(controller);
        var counts = controller.Counts;
        return new ControllerView
        {
            Name = controller.Name,
            Scope = controller.Scope,
            Mode = controller.Mode,
            Health = controller.Health,
            Message = controller.Message,
            Instances = controller.Instances,
            Failing = controller.Failing,
            LagEvents = controller.LagEvents,
            LagMs = Math.Round(controller.LagTime.TotalMilliseconds, 3),
            Cursor = controller.Cursor.ToString(),
            Counts = new ControllerCountsView(counts.Events, counts.Ticks, counts.Retries, counts.Failures, counts.Commands),
            LastError = controller.LastError,
            LastErrorAt = controller.LastErrorAt,
        };
    }
}

/// <summary>What a controller did since the node started.</summary>
/// <param name="Events">Events and gaps that were handled.</param>
/// <param name="Ticks">Ticks.</param>
/// <param name="Retries">Handlers that failed and were tried again.</param>
/// <param name="Failures">What was passed over.</param>
/// <param name="Commands">Commands, jobs and freezes.</param>
public sealed record ControllerCountsView(long Events, long Ticks, long Retries, long Failures, long Commands);

/// <summary>A controller with its instances, its journal and its failures.</summary>
/// <param name="Controller">The controller.</param>
/// <param name="Instances">Some of them, by key.</param>
/// <param name="Next">To be given as <c>after</c> for the next ones; left out at the end.</param>
/// <param name="Journal">Newest last.</param>
/// <param name="Failures">What was passed over, newest last.</param>
public sealed record ControllerDetailView(
    ControllerView Controller, IReadOnlyList<ControllerInstanceView> Instances, string? Next, IReadOnlyList<ControllerNoteView> Journal, IReadOnlyList<FailedWork> Failures)
{
    /// <summary>From the actor's answer.</summary>
    public static ControllerDetailView Of(ControllerReplies.Found found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return new ControllerDetailView(
            ControllerView.Of(found.Controller),
            [.. found.Instances.Select(instance => new ControllerInstanceView(instance.Key, instance.VmName, instance.Health, instance.Message, instance.Waiting, Math.Round(instance.Lag.TotalMilliseconds, 3)))],
            found.Next,
            [.. found.Journal.Select(note => new ControllerNoteView(note.Time, note.Instance.Length == 0 ? null : note.Instance, note.Text))],
            found.Failures);
    }
}

/// <summary>An instance of a controller.</summary>
/// <param name="Key"><c>fleet</c>, or the VM's UUID.</param>
/// <param name="VmName">Name of the VM.</param>
/// <param name="Health">As the controller's.</param>
/// <param name="Message">Why.</param>
/// <param name="Waiting">Events that it has not handled.</param>
/// <param name="LagMs">Since the oldest of them.</param>
public sealed record ControllerInstanceView(string Key, string? VmName, ControllerHealth Health, string? Message, int Waiting, double LagMs);

/// <summary>A line of a controller's journal.</summary>
/// <param name="Time">When.</param>
/// <param name="Instance">Whose; left out for the node's own.</param>
/// <param name="Text">What.</param>
public sealed record ControllerNoteView(DateTimeOffset Time, string? Instance, string Text);

/// <summary>Body of <c>POST /v1/controllers/{name}:replay</c>.</summary>
public sealed record ReplayRequest
{
    /// <summary><c>cursor</c>, <c>beginning</c>, or a time such as <c>2026-01-31T12:00:00Z</c>; beginning by default.</summary>
    public string? From { get; init; }

    /// <summary><c>shadow</c>.</summary>
    public string? Mode { get; init; }
}

/// <summary>Body of <c>POST /v1/controllers/{name}:trigger</c>.</summary>
public sealed record TriggerRequest
{
    /// <summary>A VM that it is about, by name or UUID; none by default.</summary>
    public string? Vm { get; init; }

    /// <summary>The event's data, an object; empty by default.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>What was published for it.</summary>
/// <param name="Event">Name of the event, such as <c>BACKUP_REQUESTED</c>.</param>
public sealed record TriggerView(string Event);

/// <summary>A line of a replay.</summary>
/// <param name="Kind"><c>Note</c>, <c>Error</c>, <c>Gap</c> or <c>End</c>.</param>
/// <param name="Instance"><c>fleet</c>, or the VM's UUID.</param>
/// <param name="Position">Of the event.</param>
/// <param name="Event">Its name.</param>
/// <param name="Text">What would have been done.</param>
public sealed record ReplayLineView(ControllerReplayKind Kind, string? Instance, string? Position, string? Event, string Text)
{
    /// <summary>From the replay's own.</summary>
    public static ReplayLineView Of(ControllerReplayLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return new ReplayLineView(line.Kind, line.Instance.Length == 0 ? null : line.Instance, line.Position?.ToString(), line.Event, line.Text);
    }
}
