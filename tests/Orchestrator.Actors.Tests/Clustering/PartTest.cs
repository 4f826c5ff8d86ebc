using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>Inventories of nodes, with messages as they are on the wire.</summary>
public abstract class PartTest : ActorTest
{
    private static readonly string Wire =
        $$"""
        akka.actor {
          serializers.orchestrator = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
          serialization-bindings { "{{typeof(IWireMessage).AssemblyQualifiedName}}" = orchestrator }
        }
        """;

    private protected PartTest()
        : base(Wire)
    {
    }

    /// <summary>Actors of VMs, one per name.</summary>
    private protected Dictionary<string, IActorRef> Vms { get; } = [];

    private protected void Change(IActorRef inventory, VmSnapshot vm)
    {
        if (!Vms.TryGetValue(vm.Name, out var actor))
            Vms.Add(vm.Name, actor = Sys.ActorOf(Props.Create(() => new Silent())));
        inventory.Tell(new VmEvents.Changed(vm), actor);
    }

    private protected void Change(IActorRef inventory, string name, VmState state = VmState.Connecting) => Change(inventory, Sample.Vm(name) with { State = state });

    private protected void Leave(string name)
    {
        Vms.Remove(name, out var actor);
        Sys.Stop(actor);
    }

    private protected static Task<PartMessages.Part> ReadAsync(IActorRef inventory, long after, long began = 0) =>
        inventory.Ask<PartMessages.Part>(new PartMessages.ReadPart(after, began), Limit);

    private protected static async Task<IReadOnlyList<InventoryEntry>> EntriesAsync(IActorRef inventory) =>
        (await inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), Limit)).Entries;

    private protected static async Task<string> NamesAsync(IActorRef inventory) => string.Join(' ', (await EntriesAsync(inventory)).Select(entry => entry.Snapshot.Name));

    private protected static FrozenDictionary<string, string> Facts(string value, int count) =>
        Enumerable.Range(0, count).ToFrozenDictionary(number => $"fact-{number}", _ => value);

    private protected sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
