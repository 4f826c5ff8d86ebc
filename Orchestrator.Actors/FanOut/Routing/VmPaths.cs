using Akka.Actor;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>VMs of this node, as other nodes name them (<see cref="TargetList.PathOf"/>).</summary>
internal static class VmPaths
{
    /// <summary>By its place among this node's actors; <see langword="null"/> for what has left, or has not come yet.</summary>
    public static IActorRef? Find(string path, IActorContext context)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var found = ((ExtendedActorSystem)context.System).Provider.RootGuardian.GetChild(parts);
        return found is ActorRefWithCell ? found : null;
    }

    /// <summary>A VM's name on its VmHost.</summary>
    public static string NameOf(IActorRef vm) => Uri.UnescapeDataString(vm.Path.Name);
}
