using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Controllers;

/// <summary>What the configuration says to a controller: the one parameter of its public constructor.</summary>
/// <param name="Vms">The entry's <c>target</c>; <see langword="null"/>: all. The node applies it to the events itself.</param>
/// <param name="Values">The entry's <c>options</c>.</param>
public sealed record ControllerOptions(TargetSelector? Vms, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>No target and no values.</summary>
    public static readonly ControllerOptions None = new(null, new Dictionary<string, string>());
}
