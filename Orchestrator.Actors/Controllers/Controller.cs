using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// Watches the fleet and acts on it (docs/CONTROLLERS.md). One object per instance; never called by two threads at once. Every event that fits is
/// handled at least once, in order per VM: a handler may run again after a failure or a kill, and its commands are then not sent again.
/// </summary>
public abstract class Controller
{
    /// <summary>Unique in the node: 1 to 64 lower-case letters, digits and <c>-</c>, the first of them a letter.</summary>
    public abstract string Name { get; }

    /// <summary>How many instances there are.</summary>
    public virtual ControllerScope Scope => ControllerScope.Fleet;

    /// <summary>Events that are handled. With <see cref="ControllerScope.Vm"/>, its VMs are those that have an instance.</summary>
    public abstract EventFilter Events { get; }

    /// <summary>From one <see cref="OnTickAsync"/> to the next, 1 s or more; <see langword="null"/> for none. Never more than one at a time, and none is caught up with.</summary>
    public virtual TimeSpan? Interval => null;

    /// <summary>What all instances together may do.</summary>
    public virtual ControllerQuota Quota => ControllerQuota.Default;

    /// <summary>Own health, for people; <see langword="null"/> for well. Asked after each handler.</summary>
    public virtual string? Complaint => null;

    /// <summary>Called first, whenever an instance begins: also after a restart of the node.</summary>
    public virtual Task StartAsync(ControllerContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An event that fits.</summary>
    /// <param name="context">Of this call: not to be used after it.</param>
    /// <param name="happened">With its place in the log.</param>
    /// <param name="cancellationToken">The handler's time is over, or the node stops.</param>
    public abstract Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken);

    /// <summary>The <see cref="Interval"/> has passed.</summary>
    public virtual Task OnTickAsync(ControllerContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Events were lost: look at the world anew.</summary>
    public virtual Task OnGapAsync(ControllerContext context, EventGap gap, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>How many instances a controller has.</summary>
public enum ControllerScope
{
    /// <summary>One.</summary>
    Fleet,

    /// <summary>One for each VM that fits the controller's events; at most 10,000.</summary>
    Vm,
}

/// <summary>What all instances of a controller together may do. What is beyond it waits, and the handler's time goes on.</summary>
/// <param name="CommandsPerMinute">Commands and jobs, 1 or more; that many at once after a pause.</param>
/// <param name="MaxConcurrent">Commands and jobs under way, 1 or more.</param>
/// <param name="HandlerTimeout">A handler's time; 5 min by default.</param>
public sealed record ControllerQuota(int CommandsPerMinute = 60, int MaxConcurrent = 4, TimeSpan? HandlerTimeout = null)
{
    /// <summary>60 commands a minute, 4 at a time, 5 minutes for a handler.</summary>
    public static readonly ControllerQuota Default = new();

    /// <summary>A handler's time.</summary>
    public TimeSpan Timeout => HandlerTimeout ?? TimeSpan.FromMinutes(5);
}
