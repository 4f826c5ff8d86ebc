using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Controllers;

/// <summary>The controllers of a node, and what they need of it that is no actor.</summary>
/// <param name="Registrations">Each of another name.</param>
/// <param name="Store">Where they go on after a restart.</param>
/// <param name="Restore">Puts an outcome's large outputs back in their places.</param>
internal sealed record NodeControllers(IReadOnlyList<ControllerRegistration> Registrations, IControllerStore Store, Func<Outcome, Task<Outcome>> Restore)
{
    /// <summary>The environment that a replay runs in, too. Set once, when the node's actors have started.</summary>
    public ControllerEnvironment? Environment { get; set; }

    /// <summary>One by its name; <see langword="null"/> if there is none.</summary>
    public ControllerRegistration? Find(string name) => Registrations.FirstOrDefault(registration => registration.Name == name);
}
