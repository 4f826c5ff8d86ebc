using System.Runtime.CompilerServices;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Telemetry;

/// <summary>The instruments of this assembly. They come to be when their class is first used; who collects wants them all, also those that are still 0.</summary>
public static class ProductMetrics
{
    /// <summary>The classes that have instruments.</summary>
    internal static readonly Type[] Classes =
    [
        typeof(ActorMetrics),
        typeof(ControllerMetrics),
        typeof(EndpointMetrics),
        typeof(EventMetrics),
        typeof(FanOutMetrics),
        typeof(FreezeMetrics),
        typeof(VmMetrics),
        typeof(VmStateMetrics),
        typeof(WebhookMetrics),
        typeof(WireMetrics),
    ];

    /// <summary>Makes all instruments.</summary>
    public static void Create()
    {
        foreach (var type in Classes)
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
    }
}
