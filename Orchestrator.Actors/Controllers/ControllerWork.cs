using System.Globalization;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>Something that an instance's controller is called for. <see cref="Key"/> is the same when it is handled again.</summary>
internal abstract record ControllerWork
{
    /// <summary>Names it among all that this instance ever handles, with <see cref="Log"/>.</summary>
    public abstract string Key { get; }

    /// <summary>VmHost of the log in which it lies; <c>*</c> for what lies in none. It is the same on whichever node the controller runs.</summary>
    public virtual string Log => "*";

    /// <summary>It begins.</summary>
    internal sealed record Start(long Born, long Number) : ControllerWork
    {
        public override string Key => string.Create(CultureInfo.InvariantCulture, $"start-{Born}.{Number}");
    }

    /// <summary>Its interval has passed.</summary>
    internal sealed record Tick(long Born, long Number) : ControllerWork
    {
        public override string Key => string.Create(CultureInfo.InvariantCulture, $"tick-{Born}.{Number}");
    }

    /// <summary>An event that fits.</summary>
    /// <param name="Log">VmHost of its log.</param>
    /// <param name="What">The event.</param>
    internal sealed record Happened(string Log, FleetEvent What) : ControllerWork
    {
        public override string Log { get; } = Log;

        public override string Key => What.Position.ToString();
    }

    /// <summary>Events were lost.</summary>
    /// <param name="Log">VmHost of their log.</param>
    /// <param name="Before">The place in the log after which they are missing.</param>
    /// <param name="What">Which, and why.</param>
    internal sealed record Lost(string Log, EventPosition Before, EventGap What) : ControllerWork
    {
        public override string Log { get; } = Log;

        public override string Key => $"gap-{Before}";
    }

    /// <summary>Calls the controller.</summary>
    public Task RunAsync(Controller controller, ControllerContext context, CancellationToken cancellationToken) => this switch
    {
        Start => controller.StartAsync(context, cancellationToken),
        Tick => controller.OnTickAsync(context, cancellationToken),
        Happened happened => controller.OnEventAsync(context, happened.What, cancellationToken),
        Lost lost => controller.OnGapAsync(context, lost.What, cancellationToken),
        _ => throw new InvalidOperationException($"work that nobody knows: {this}"),
    };
}
