using System.Runtime.CompilerServices;
using Orchestrator.Host.Api;
using Orchestrator.Host.Clustering.Remoting;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Telemetry;

/// <summary>The instruments of this assembly.</summary>
internal static class HostMetrics
{
    /// <summary>The classes that have instruments.</summary>
    public static readonly Type[] Classes = [typeof(StoreMetrics), typeof(EventStreamMetrics), typeof(RemotingMetrics)];

    /// <summary>Makes all instruments, also those that are still 0.</summary>
    public static void Create()
    {
        foreach (var type in Classes)
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
    }
}
