using System.Globalization;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>Something that an instance's controller is called for. <see cref="Key"/> is the same when it is handled again.</summary>
internal abstract record ControllerWork
{
    /// <summary>Names it among all that this instance ever handles.</summary>
    public abstract string Key { get; }

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
        public override string Key => What.Position.ToString();
    }

    /// <summary>Events were lost.</summary>
    /// <param name="Before">The place in the log after which they are missing.</param>
    /// <param name="What">Which, and why.</param>
    internal sealed record Lost(EventPosition Before, EventGap What) : ControllerWork
    {
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
