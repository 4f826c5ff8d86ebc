namespace Orchestrator.Host.Health;

/// <summary>The checks of a node that is alone. Others add theirs: <c>services.AddSingleton&lt;INodeCheck, MyCheck&gt;()</c>.</summary>
internal static class HealthServices
{
    public static void AddNodeHealth(this IServiceCollection services)
    {
        services.AddSingleton<INodeCheck, ActorsCheck>();
        services.AddSingleton<INodeCheck, VmSourcesCheck>();
        services.AddSingleton<INodeCheck, StoreCheck>();
        services.AddSingleton<INodeCheck, JobsCheck>();
        services.AddSingleton<INodeCheck, EventLogCheck>();
        services.AddSingleton<NodeHealth>();
    }
}
