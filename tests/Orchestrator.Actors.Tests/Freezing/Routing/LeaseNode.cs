using System.Collections.Concurrent;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>A node whose router of leases is a real one; its guests and its disk outlive its process.</summary>
internal sealed class LeaseNode(ActorSystem system, TimeProvider time, string name, IReadOnlyList<LeaseGuest> guests)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static int _number;
    private readonly string _prefix = $"lease-{name}-{Interlocked.Increment(ref _number)}";
    private IActorRef[] _vms = [];
    private int _incarnation;

    public string Name => name;

    public IReadOnlyList<LeaseGuest> Guests => guests;

    public IActorRef Router { get; private set; } = ActorRefs.Nobody;

    /// <summary>Files that are there already.</summary>
    public HashSet<string> Files { get; } = [];

    /// <summary>What its VMs were asked beside leases.</summary>
    public ConcurrentQueue<(string Vm, Invocation Invocation)> Invocations { get; } = new();

    public bool IsUp { get; set; } = true;

    public NewestEpoch Epoch { get; private set; } = new();

    public NodeInfo Info => new(name, _incarnation, $"akka.tcp://test@{name}:1", $"https://{name}:2", "1", default, ["vmhost"]);

    /// <summary>As the picture of all VMs has them.</summary>
    public IEnumerable<InventoryEntry> Entries => guests.Zip(_vms, (guest, vm) => new InventoryEntry(guest.Snapshot, vm) { Node = name });

    /// <summary>Another process: what its guests and its disk have is as it was.</summary>
    public void Start()
    {
        _incarnation++;
        Epoch = new NewestEpoch();
        Router = system.ActorOf(LeaseRouter.PropsFor(new LeaseRouterSettings(name, _incarnation, time) { ControlEpoch = Epoch, FileExists = Files.Contains }), $"{_prefix}-router-{_incarnation}");
        _vms = [.. guests.Select(guest => system.ActorOf(Props.Create(() => new LeaseVm(guest, time, Invocations)), guest.Name))];
    }

    public async Task StopAsync()
    {
        await Router.GracefulStop(Limit);
        foreach (var vm in _vms)
            await vm.GracefulStop(Limit);
        // A name is free a moment after its actor has stopped.
        var guardian = ((ExtendedActorSystem)system).Provider.Guardian;
        await Eventually.TrueAsync(() => _vms.All(vm => guardian.GetSingleChild(vm.Path.Name).IsNobody()), Limit, "the names are free");
    }
}

/// <summary>Which nodes there are, as the test says.</summary>
internal sealed class FakeNodes : UntypedActor
{
    private readonly HashSet<IActorRef> _followers = [];
    private readonly Dictionary<string, (NodeInfo Info, bool IsUp)> _nodes = new(StringComparer.Ordinal);

    /// <summary>A node is there, or does not answer.</summary>
    public sealed record Set(NodeInfo Info, bool IsUp) : INoSerializationVerificationNeeded;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeCommands.Follow:
                _followers.Add(Sender);
                foreach (var node in _nodes.Values)
                    Sender.Tell(Of(node));
                break;
            case NodeQueries.List:
                Sender.Tell(new NodeReplies.Nodes([.. _nodes.Values.Select(node => new NodeView(node.Info, node.IsUp ? NodeState.Up : NodeState.Unreachable, default, false, false))]));
                break;
            case Set set:
                _nodes[set.Info.Name] = (set.Info, set.IsUp);
                foreach (var follower in _followers)
                    follower.Tell(Of((set.Info, set.IsUp)));
                Sender.Tell(set);
                break;
        }
    }

    private static object Of((NodeInfo Info, bool IsUp) node) => node.IsUp ? new NodeEvents.Up(node.Info, false) : new NodeEvents.Unreachable(node.Info, default);
}
