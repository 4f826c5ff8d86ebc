using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>A controller of the node (docs/CONTROLLERS.md).</summary>
public sealed class ControllerConfig
{
    /// <summary>Name of the controller.</summary>
    public string Name { get; set => field = value ?? ""; } = "";

    /// <summary><c>live</c>, <c>shadow</c> or <c>off</c>; live by default.</summary>
    public string Mode { get; set => field = value ?? "live"; } = "live";

    /// <summary>Selector of its VMs; all that the controller wants, by default.</summary>
    public string? Target { get; set; }

    /// <summary>What is told to the controller.</summary>
    public Dictionary<string, string> Options { get; set => field = value ?? []; } = [];

    /// <summary>Its assembly, relative to the configuration file; one of those that came with the program, by default.</summary>
    public string? Assembly { get; set; }

    /// <summary>Full name of its class; the one whose <c>Name</c> it is, by default.</summary>
    public string? Type { get; set; }

    /// <summary>Whether it acts.</summary>
    /// <param name="path">The configuration's, for the error.</param>
    /// <exception cref="ServeException">There is no such mode.</exception>
    internal ControllerMode ModeOf(string path) => Mode switch
    {
        "live" => ControllerMode.Live,
        "shadow" => ControllerMode.Shadow,
        "off" => ControllerMode.Off,
        _ => throw new ServeException($"{path}: 'mode' of the controller '{Name}' is '{Mode}': write live, shadow or off"),
    };

    /// <summary>What is told to it.</summary>
    /// <param name="path">The configuration's, for the error.</param>
    /// <exception cref="ServeException">The target is no selector.</exception>
    internal ControllerOptions OptionsOf(string path)
    {
        if (Target is null)
            return new ControllerOptions(null, Options);
        return TargetSelector.TryParse(Target, out var selector, out var error)
            ? new ControllerOptions(selector, Options)
            : throw new ServeException($"{path}: 'target' of the controller '{Name}' is no selector: {error.Message}");
    }

    /// <summary>What can be told without its code.</summary>
    /// <exception cref="ServeException">Something of the entries is not as it should be.</exception>
    internal static void Validate(IReadOnlyList<ControllerConfig> controllers, string path)
    {
        foreach (var controller in controllers)
        {
            if (controller is not { Name.Length: > 0 })
                throw new ServeException($"{path}: each of 'controllers' needs a 'name'");
            controller.ModeOf(path);
            controller.OptionsOf(path);
            if (controller.Assembly?.Length == 0)
                throw new ServeException($"{path}: 'assembly' of the controller '{controller.Name}' is empty");
        }
        if (controllers.GroupBy(controller => controller.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ServeException($"{path}: the controller '{twice.Key}' is named twice");
    }
}
