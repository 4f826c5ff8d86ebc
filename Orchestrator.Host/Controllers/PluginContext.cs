using System.Reflection;
using System.Runtime.Loader;

namespace Orchestrator.Host.Controllers;

/// <summary>
/// A plug-in's own assemblies, apart from those of other plug-ins. What it shares with the node, so that both mean the same types by it, is the
/// node's; of all else it has its own version, if it brings one.
/// </summary>
internal sealed class PluginContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private static readonly HashSet<string> Shared = ["Orchestrator.Actors", "Orchestrator.Protocol", "Akka"];

    private readonly AssemblyDependencyResolver _resolver = new(path);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (Shared.Contains(assemblyName.Name ?? ""))
            return null;
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) => _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } found ? LoadUnmanagedDllFromPath(found) : 0;
}
