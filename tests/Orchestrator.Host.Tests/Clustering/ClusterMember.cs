using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>A node of a cluster without its API: names, inventories and duties over Akka's real remoting, on loopback.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CutStore _store;

    /// <param name="name">Of the node.</param>
    /// <param name="store">Who has which duty.</param>
    /// <param name="ledger">Is told what runs here.</param>
    /// <param name="remote">Its remote VmHosts.</param>
    public ClusterMember(string name, IDutyStore store, DutyLedger ledger, RemoteHosts? remote = null)
    {
        remote ??= new RemoteHosts();
        Name = name;
        _store = new CutStore(store);
        var any = NodeAddress.Parse("127.0.0.1:1", "the test", "listen");
        // A process that is killed says nothing to the others.
        var settings = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, remote.dot-netty.tcp.port = 0, coordinated-shutdown.run-by-actor-system-terminate = off }");
        System = ActorSystem.Create(AkkaCluster.SystemName, settings.WithFallback(AkkaCluster.Settings(new ClusterOptions(any, any, [], ["vmhost", "gateway"], null) { OwnDuties = remote.Duties })));
        Akka = Cluster.Get(System);
        var self = new NodeInfo(name, Akka.SelfUniqueAddress.Uid, Akka.SelfAddress.ToString(), $"http://{name}", "1", DateTimeOffset.UnixEpoch, ["vmhost", "gateway"]);
        Nodes = System.ActorOf(ClusterNodes.PropsFor(Akka, self, TimeProvider.System), ClusterNodes.ActorName);
        var own = System.ActorOf(Inventory.PropsFor(), Inventory.OwnName);
        Fleet = System.ActorOf(Inventory.PropsFor(), "inventory");
        System.ActorOf(FleetFollower.PropsFor(Nodes, Fleet, new FleetPicture(TimeProvider.System), TimeProvider.System), "fleet");
        own.Tell(new VmEvents.Changed(new VmSnapshot { Name = $"vm-of-{name}", Host = name }), System.ActorOf(Props.Create(() => new Silent()), "vm"));
        var observed = System.ActorOf(ObservedVmHosts.PropsFor(ActorRefs.Nobody));
        System.ActorOf(ClusterRouter.PropsFor(new ClusterRouterSettings(name, self.Incarnation, TimeProvider.System)), ClusterRouter.ActorName);
        Duties = DutySharding.Start(System, new DutyEnvironment(name, _store, TimeProvider.System)
        {
            Duties = [.. ClusterDuties.All, .. remote.Duties],
            PartOf = duty => remote.Duties.Contains(duty) ? new LedgerPart(ledger, name, new VmHostPart(claim => remote.SettingsOf(claim, Nodes, observed))) : new LedgerPart(ledger, name),
            Settings = new DutySettings { Lifetime = TimeSpan.FromSeconds(4), Patience = TimeSpan.FromSeconds(3), RenewPause = TimeSpan.FromSeconds(1) },
        }, hasRole: true, Nodes);
    }

    public string Name { get; }

    public ActorSystem System { get; }

    public Cluster Akka { get; }

    public IActorRef Nodes { get; }

    public IActorRef Fleet { get; }

    public IActorRef Duties { get; }

    /// <summary>Names and states of all nodes it knows.</summary>
    public async Task<string> NodesAsync() =>
        string.Join(' ', (await Nodes.Ask<NodeReplies.Nodes>(NodeQueries.List.Instance, Limit)).Items.Select(node => $"{node.Info.Name}:{node.State}"));

    /// <summary>Names of all VMs it knows, those that are stale in brackets.</summary>
    public async Task<string> VmsAsync() =>
        string.Join(' ', (await Fleet.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), Limit)).Entries.Select(vm => vm.Snapshot.StaleSince is null ? $"{vm.Node}/{vm.Snapshot.Name}" : $"({vm.Node}/{vm.Snapshot.Name})"));

    /// <summary>Cuts it off from the store, which then knows nothing of its renewals.</summary>
    public void CutFromStore() => _store.IsCut = true;

    /// <summary>Ends it as a kill does: the others and the store hear nothing.</summary>
    public Task KillAsync()
    {
        _store.IsCut = true;
        return System.Terminate();
    }

    public async ValueTask DisposeAsync() => await System.Terminate();

    private sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class LedgerPart(DutyLedger ledger, string node, IDutyPart? inner = null) : IDutyPart
    {
        public IReadOnlyList<IActorRef> Begin(DutyClaim claim, DutyTenure tenure, IActorContext context)
        {
            ledger.Begin(claim, node);
            return inner?.Begin(claim, tenure, context) ?? [context.ActorOf(Props.Create(() => new Silent()))];
        }

        public void Ended(DutyClaim claim)
        {
            inner?.Ended(claim);
            ledger.End(claim, node);
        }
    }

    /// <summary>The way of one node to the store.</summary>
    private sealed class CutStore(IDutyStore store) : IDutyStore
    {
        public volatile bool IsCut;

        private IDutyStore Store => IsCut ? throw new JobStoreException("cut") : store;

        public Task<DutyClaim?> ClaimAsync(string duty, string owner, TimeSpan lifetime, CancellationToken cancellationToken) => Store.ClaimAsync(duty, owner, lifetime, cancellationToken);

        public Task<bool> RenewAsync(DutyClaim claim, TimeSpan lifetime, CancellationToken cancellationToken) => Store.RenewAsync(claim, lifetime, cancellationToken);

        public Task ReleaseAsync(DutyClaim claim, CancellationToken cancellationToken) => Store.ReleaseAsync(claim, cancellationToken);

        public Task<IReadOnlyList<DutyClaim>> ListAsync(string prefix, CancellationToken cancellationToken) => Store.ListAsync(prefix, cancellationToken);
    }
}

/// <summary>Who runs which duty. Any thread.</summary>
internal sealed class DutyLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Node, long Epoch)> _running = new(StringComparer.Ordinal);

    /// <summary>Duties that two nodes had at a time, and epochs that did not grow.</summary>
    public List<string> Violations { get; } = [];

    public IReadOnlyDictionary<string, string> Running
    {
        get
        {
            lock (_lock)
                return _running.ToDictionary(duty => duty.Key, duty => duty.Value.Node);
        }
    }

    public void Begin(DutyClaim claim, string node)
    {
        lock (_lock)
        {
            if (!_running.TryAdd(claim.Duty, (node, claim.Epoch)))
                Violations.Add($"{claim.Duty}: {node} began in epoch {claim.Epoch} while {_running[claim.Duty]} had it");
        }
    }

    public void End(DutyClaim claim, string node)
    {
        lock (_lock)
        {
            if (!_running.Remove(claim.Duty, out var running) || running != (node, claim.Epoch))
                Violations.Add($"{claim.Duty}: {node} ended in epoch {claim.Epoch}, and {running} had it");
        }
    }
}
