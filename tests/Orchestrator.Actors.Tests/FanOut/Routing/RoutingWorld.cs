using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>Two nodes with their VMs, the owners of one partition one after the other, and what is between them.</summary>
internal sealed class RoutingWorld : IAsyncDisposable
{
    private const char Partition = '7';
    private static readonly string[] Names = ["a", "b"];

    private readonly RoutingModelTests _test;
    private readonly int _seed;
    private readonly Random _random;
    private readonly FakeJobStore _shared = new() { IsImmediate = true };
    private readonly LossyNetwork _network;
    private readonly Dictionary<string, FakeNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<Owner> _owners = [];
    private readonly IActorRef _inventory;
    private readonly TimeSpan _timeout;
    private readonly List<string> _log = [];
    private long _epoch;
    private string _id = "";

    public RoutingWorld(RoutingModelTests test, int seed)
    {
        (_test, _seed, _random, _network) = (test, seed, new Random(seed), new LossyNetwork(test.Sys));
        Targets = 2 + _random.Next(12);
        Executions = new int[Targets];
        _timeout = _random.Next(3) == 0 ? TimeSpan.FromSeconds(40) : TimeSpan.FromHours(2);
        foreach (var name in Names)
            _nodes.Add(name, new FakeNode(test.Sys, test.Clock, name, [.. Enumerable.Range(0, Targets).Where(ordinal => NodeOf(ordinal) == name)], Executions, _random));
        _inventory = test.Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Select(message, sender))));
    }

    public int Targets { get; }

    /// <summary>How often each target's command ran in its guest.</summary>
    public int[] Executions { get; }

    public StoredJob Job => _shared.Job(_id)!;

    private Owner Current => _owners[^1];

    public async Task StartAsync()
    {
        foreach (var node in _nodes.Values)
            await node.StartAsync();
        Begin();
        var accepted = Current.Jobs.Ask<object>(new JobCommands.Submit(Spec()), ActorTestLimit);
        await Eventually.TrueAsync(() => Current.Store.Pending > 0, ActorTestLimit, "the job is to be kept");
        await Current.Store.CommitAsync();
        _id = Assert.IsType<JobReplies.Accepted>(await accepted).Job.Id;
        Assert.Equal(Partition, JobPartition.Of(_id));
        await SettleAsync();
    }

    public async Task StepAsync()
    {
        switch (_random.Next(24))
        {
            case < 11 when _network.Count > 0:
                Carry();
                break;
            case < 15:
                await CommitAsync();
                break;
            case < 19:
                _nodes[AnyName()].Act();
                break;
            case 19 when _random.Next(3) == 0:
                await RestartAsync(AnyName());
                break;
            case 20 when _random.Next(3) == 0:
                await TakeOverAsync();
                break;
            case 21:
                ChangeReach(AnyName());
                break;
            case 22 when _random.Next(12) == 0:
                Log("cancel");
                Current.Jobs.Tell(new JobCommands.Cancel(_id), ActorRefs.NoSender);
                break;
            default:
                _test.Pass(_random.Next(4) * 1.1);
                break;
        }
        await SettleAsync();
    }

    /// <summary>From here on nothing is in the way: the job must come to its end, and nobody keeps anything of it that is on disk.</summary>
    public async Task FinishAsync()
    {
        Log("finish");
        foreach (var name in Names)
            SetReach(name, isUp: true);
        for (var round = 0; !Job.Header.HasEnded || round < 5; round++)
        {
            Assert.True(round < 200, $"the job does not end: {await PendingAsync()}; {this}");
            await CarryAllAsync();
            foreach (var node in _nodes.Values)
                node.ActAll();
            await CarryAllAsync();
            _test.Pass(1.1);
        }
        for (var round = 0; round < 4; round++)
        {
            _test.Pass(61);
            await CarryAllAsync();
        }
        _test.Pass(61);
        await SettleAsync();
        Assert.Empty(_network.Messages.OfType<RouterEvents.Ended>());
    }

    private async Task<string> PendingAsync()
    {
        var shown = await Current.Jobs.Ask<JobReplies.Invocations>(new JobQueries.Inspect(_id, 0, Targets), ActorTestLimit);
        return string.Join(", ", shown.Items.Where(item => item.Outcome is null).Select(item => $"{item.Ordinal} {item.Pending} {item.Reason} {item.Attempt}"));
    }

    public override string ToString() => $"seed {_seed}: {string.Join(", ", _log)}";

    public async ValueTask DisposeAsync()
    {
        foreach (var owner in _owners)
            await owner.Jobs.GracefulStop(ActorTestLimit);
        foreach (var node in _nodes.Values)
            await node.StopAsync();
        await _inventory.GracefulStop(ActorTestLimit);
    }

    private static TimeSpan ActorTestLimit => RoutingModelTests.Patience;

    private string NodeOf(int ordinal) => Names[ordinal % 3 == 0 ? 1 : 0];

    private string AnyName() => Names[_random.Next(Names.Length)];

    private void Log(string what) => _log.Add(what);

    private void Select(object message, IActorRef sender)
    {
        if (message is InventoryQueries.Select)
            sender.Tell(new InventoryReplies.Selection([.. Enumerable.Range(0, Targets).Select(ordinal => new InventoryEntry(
                Sample.Vm("vm" + ordinal) with { Host = NodeOf(ordinal), Id = new VmId(new Guid(ordinal + 1, 0, 0, new byte[8])) },
                _nodes[NodeOf(ordinal)].VmOf(ordinal)) { Node = NodeOf(ordinal) })]));
    }

    private JobSpec Spec() => new()
    {
        Target = Sample.Parse("vm*"),
        Route = CommandRoute.Run,
        Command = GuestProgram.Of(new ExecSpec { Argv = ["true"] }).Start,
        Timeout = _timeout,
        Attempts = 3,
        Pace = new JobPace { MaxConcurrency = new Amount(6, false) },
        Document = new byte[] { 1 },
    };

    private void Begin()
    {
        var claim = new DutyClaim("jobs-7", "owner", ++_epoch);
        var store = new FencedJobStore(_shared, claim.Epoch, () => _epoch);
        var owner = new Owner(store);
        var nodes = _test.Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Follow(owner, message, sender))));
        var fleet = new FanOutRouters.Fleet(nodes, Partition, claim) { RouterOf = (node, _) => _network.RemoteOf(_nodes[node.Name].Router) };
        owner.Jobs = _test.Sys.ActorOf(JobSupervisor.PropsFor(new FanOutEnvironment(_inventory, fleet, _test.Clock) { Store = store, ReadDocument = _ => Spec() }, new JobRetention()));
        _owners.Add(owner);
    }

    private void Follow(Owner owner, object message, IActorRef sender)
    {
        if (message is not NodeCommands.Follow)
            return;
        foreach (var node in _nodes.Values.Where(node => node.IsUp))
            sender.Tell(new NodeEvents.Up(node.Info, IsSelf: false));
        owner.Follower = sender;
    }

    /// <summary>The old owner dies, or goes on: it does not know yet.</summary>
    private async Task TakeOverAsync()
    {
        var old = Current;
        if (old.Store.Pending > 0 && _random.Next(2) == 0)
            await old.Store.CommitAsync(isTold: _random.Next(2) == 0);
        if (_random.Next(2) == 0)
        {
            Log($"owner {_epoch} dies");
            await old.Jobs.GracefulStop(ActorTestLimit);
        }
        else
        {
            Log($"owner {_epoch} is replaced");
        }
        Begin();
    }

    private async Task RestartAsync(string name)
    {
        Log($"{name} restarts");
        var node = _nodes[name];
        var (wasUp, old) = (node.IsUp, node.Info);
        await node.RestartAsync();
        if (!wasUp)
            return;
        foreach (var owner in _owners)
        {
            if (_random.Next(2) == 0)
                owner.Tell(new NodeEvents.Unreachable(old, default));
            owner.Tell(new NodeEvents.Up(node.Info, IsSelf: false));
            if (_random.Next(2) == 0)
                owner.Tell(new NodeEvents.Gone(old, default));
        }
    }

    private void ChangeReach(string name) => SetReach(name, !_nodes[name].IsUp);

    private void SetReach(string name, bool isUp)
    {
        var node = _nodes[name];
        if (node.IsUp == isUp)
            return;
        Log($"{name} is {(isUp ? "up" : "unreachable")}");
        node.IsUp = isUp;
        foreach (var owner in _owners)
            owner.Tell(isUp ? new NodeEvents.Up(node.Info, IsSelf: false) : new NodeEvents.Unreachable(node.Info, default));
    }

    private void Carry()
    {
        for (var count = 1 + _random.Next(4); count > 0 && _network.Count > 0; count--)
        {
            var at = _random.Next(_network.Count);
            var fate = _random.Next(10);
            if (fate < 2)
                _network.Drop(at);
            else
                _network.Deliver(at, isKept: fate == 2);
        }
    }

    private async Task CommitAsync()
    {
        foreach (var owner in _owners.Where(owner => owner.Store.Pending > 0).ToArray())
            await owner.Store.CommitAsync();
    }

    private async Task CarryAllAsync()
    {
        await SettleAsync();
        while (_network.Count > 0 || _owners.Any(owner => owner.Store.Pending > 0))
        {
            while (_network.Count > 0)
                _network.Deliver(0);
            await CommitAsync();
            await SettleAsync();
        }
    }

    private Task SettleAsync() => _test.EveryoneAsync();

    private sealed class Owner(FencedJobStore store)
    {
        public FencedJobStore Store { get; } = store;

        public IActorRef Jobs { get; set; } = ActorRefs.Nobody;

        public IActorRef Follower { get; set; } = ActorRefs.Nobody;

        public void Tell(object happened) => Follower.Tell(happened);
    }

    private sealed class Stub(Action<object, IActorRef> receive) : UntypedActor
    {
        protected override void OnReceive(object message) => receive(message, Sender);
    }
}
