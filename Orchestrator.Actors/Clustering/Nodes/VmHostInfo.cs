namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>A remote VmHost as the node that has it tells of it, again and again.</summary>
/// <param name="Name">Of the VmHost; no node has it.</param>
/// <param name="Node">Name of the node that has it.</param>
/// <param name="NodeIncarnation">Which process of that node.</param>
/// <param name="Address">Akka address of that node.</param>
/// <param name="Path">Of its actors, without the address: <c>/system/…</c>. The same on every node.</param>
/// <param name="Epoch">Of the node's claim: a newer one replaces an older one.</param>
public sealed record VmHostInfo(string Name, string Node, int NodeIncarnation, string Address, string Path, long Epoch)
{
    /// <summary>What the actors of one claim are to jobs: the number of a process of a node.</summary>
    internal int Incarnation => (int)Epoch;
}

/// <summary>"It happened": to whoever follows nodes with their remote VmHosts.</summary>
public static class VmHostEvents
{
    /// <summary>A node has it now, for the first time, again, or another than before.</summary>
    public sealed record Up(VmHostInfo Info) : Akka.Actor.INoSerializationVerificationNeeded;

    /// <summary>The node that has it does not answer, or has given it up; nobody else has told yet that it has it.</summary>
    public sealed record Down(VmHostInfo Info, DateTimeOffset Since) : Akka.Actor.INoSerializationVerificationNeeded;

    /// <summary>The node that had it last was taken out for good: what is kept of it can be forgotten.</summary>
    public sealed record Forgotten(string Name) : Akka.Actor.INoSerializationVerificationNeeded;
}
