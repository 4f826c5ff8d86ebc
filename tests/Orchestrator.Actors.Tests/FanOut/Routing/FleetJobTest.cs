using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>The <see cref="JobSupervisor"/> of one partition of a cluster, with probes for the routers of the nodes a and b. Even targets are a's.</summary>
public abstract class FleetJobTest : ActorTest
{
    private protected const char Partition = '7';
    private readonly Dictionary<string, TestProbe> _routers = [];
    private readonly List<IActorRef> _followers = [];
    private readonly IActorRef _nodes;
    private readonly IActorRef _inventory;
    private readonly HashSet<NodeInfo> _up = [];
    private int _targets;
    private int _selections;

    protected FleetJobTest()
    {
        A = RouterProbe("a");
        B = RouterProbe("b");
        Parent = CreateTestProbe();
        _nodes = Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Follow(message, sender))));
        _inventory = Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Select(message, sender))));
        ActAsUp(Node("a", 1));
        ActAsUp(Node("b", 1));
    }

    private protected FakeJobStore Store { get; set; } = new() { IsImmediate = true };

    /// <summary>How often the inventory was asked for VMs.</summary>
    private protected int Selections => Volatile.Read(ref _selections);

    /// <summary>What jobs write to; the store itself unless a test says otherwise.</summary>
    private protected IJobStore? Through { get; set; }

    private protected TestProbe A { get; }

    private protected TestProbe B { get; }

    /// <summary>The supervisor's parent: it is told when the duty is lost.</summary>
    private protected TestProbe Parent { get; }

    /// <summary>Where targets are that are not where they would be by their numbers.</summary>
    private protected System.Collections.Concurrent.ConcurrentDictionary<int, (string Node, IActorRef Vm)> Homes { get; } = [];

    private protected IActorRef Jobs { get; private set; } = ActorRefs.Nobody;

    private protected static NodeInfo Node(string name, int incarnation) => new(name, incarnation, $"akka.tcp://test@{name}:1", "", "1", default, ["vmhost"]);

    /// <summary>Starts the supervisor under a claim; an earlier one is stopped.</summary>
    private protected async Task BeginAsync(long epoch = 1, Func<JobSpec>? spec = null)
    {
        if (!Jobs.IsNobody())
            await Jobs.GracefulStop(Limit);
        _followers.Clear();
        var fleet = new FanOutRouters.Fleet(_nodes, Partition, new DutyClaim("jobs-7", "me", epoch)) { RouterOf = (node, _) => _routers[node.Name].Ref, RouterOfVmHost = (host, _) => _routers[host.Name].Ref };
        var environment = new FanOutEnvironment(_inventory, fleet, Time) { Store = Through ?? Store, ReadDocument = _ => (spec ?? Spec)() };
        var (props, parent) = (JobSupervisor.PropsFor(environment, new JobRetention()), Parent.Ref);
        Jobs = await Sys.ActorOf(Props.Create(() => new DutyStub(props, parent))).Ask<IActorRef>("child", Limit);
        await SettleAllAsync();
    }

    private protected static JobSpec Spec() => new()
    {
        Target = Sample.Parse("vm*"),
        Route = CommandRoute.Run,
        Command = GuestProgram.Of(new ExecSpec { Argv = ["true"] }).Start,
        Timeout = TimeSpan.FromSeconds(30),
        Document = new byte[] { 1 },
    };

    private protected static JobSpec Ping() => Spec() with { Route = CommandRoute.Guest, Command = EncodedCommand.ForGuest("guest-ping") };

    /// <summary>A job that is accepted, whose dispatches lie at the routers.</summary>
    private protected async Task<string> SubmitAsync(int targets, JobSpec? spec = null)
    {
        _targets = targets;
        if (Jobs.IsNobody())
            await BeginAsync();
        return (await Jobs.Ask<JobReplies.Accepted>(new JobCommands.Submit(spec ?? Spec()), Limit)).Job.Id;
    }

    private protected void ActAsUp(NodeInfo node)
    {
        _up.RemoveWhere(known => known.Name == node.Name);
        _up.Add(node);
        _followers.ForEach(follower => follower.Tell(new NodeEvents.Up(node, IsSelf: false)));
    }

    private protected void ActAsUnreachable(NodeInfo node)
    {
        _up.RemoveWhere(known => known.Name == node.Name);
        _followers.ForEach(follower => follower.Tell(new NodeEvents.Unreachable(node, default)));
    }

    private protected void ActAsGone(NodeInfo node)
    {
        _up.RemoveWhere(known => known.Name == node.Name);
        _followers.ForEach(follower => follower.Tell(new NodeEvents.Gone(node, default)));
    }

    /// <summary>Of a remote VmHost in the place of a node.</summary>
    private protected void ActAs(object vmHostEvent) => _followers.ForEach(follower => follower.Tell(vmHostEvent));

    private protected static async Task<RouterCommands.Dispatch> DispatchedAsync(TestProbe router) => await router.ExpectMsgAsync<RouterCommands.Dispatch>();

    /// <summary>The next dispatch, confirmed.</summary>
    private protected static async Task<RouterCommands.Dispatch> TakeAsync(TestProbe router)
    {
        var dispatch = await DispatchedAsync(router);
        Receive(router, dispatch);
        return dispatch;
    }

    private protected static void Receive(TestProbe router, RouterCommands.Dispatch dispatch) => router.Reply(new RouterEvents.Received(dispatch.JobId, dispatch.Incarnation, dispatch.Sequence));

    private protected static int[] OrdinalsOf(RouterCommands.Dispatch dispatch) => [.. dispatch.Targets.Read().Select(target => target.Ordinal)];

    private protected static void End(TestProbe router, RouterCommands.Dispatch dispatch, long batch, params RoutedOutcome[] items) =>
        router.Reply(new RouterEvents.Ended(dispatch.JobId, dispatch.Incarnation, batch, items));

    private protected static RoutedOutcome Ended(int ordinal, Phase phase = Phase.Succeeded, Effect effect = Effect.Applied, int attempt = 1) =>
        new(ordinal, attempt, new Outcome { Name = "vm" + ordinal, Host = "host1", Phase = phase, Effect = effect });

    private protected async Task<InvocationState> StateAsync(string job, int ordinal) => (await Jobs.Ask<JobReplies.Invocations>(new JobQueries.Inspect(job, ordinal, 1), Limit)).Items[0];

    private protected async Task<Outcome> OutcomeAsync(string job, int ordinal)
    {
        await Eventually.TrueAsync(async () => (await StateAsync(job, ordinal)).Outcome is not null, Limit, $"target {ordinal} has ended");
        return (await StateAsync(job, ordinal)).Outcome!;
    }

    private protected async Task EndedAsync(string job) =>
        await Eventually.TrueAsync(() => Store.Job(job) is { Header.HasEnded: true }, Limit, "the job has ended");

    /// <summary>What the router is told that the disk has, in one message, after others might have come.</summary>
    private protected async Task<RouterCommands.Acknowledge> AcknowledgedAsync(TestProbe router) => await AdvanceUntilAsync(router.ExpectMsgAsync<RouterCommands.Acknowledge>(Limit).AsTask(), step: 0.5);

    private protected async Task SilentAsync(params TestProbe[] probes)
    {
        for (var round = 0; round < 3; round++)
            await SettleAllAsync();
        Assert.All(probes, probe => Assert.False(probe.HasMessages));
    }

    private TestProbe RouterProbe(string name)
    {
        var probe = CreateTestProbe();
        probe.IgnoreMessages(static message => message is RouterCommands.Announce);
        _routers.Add(name, probe);
        return probe;
    }

    private void Follow(object message, IActorRef sender)
    {
        if (message is not NodeCommands.Follow)
            return;
        _followers.Add(sender);
        foreach (var node in _up)
            sender.Tell(new NodeEvents.Up(node, IsSelf: false));
    }

    private void Select(object message, IActorRef sender)
    {
        Interlocked.Add(ref _selections, message is InventoryQueries.Select ? 1 : 0);
        if (message is InventoryQueries.Select)
            sender.Tell(new InventoryReplies.Selection([.. Enumerable.Range(0, _targets).Select(EntryOf)]));
    }

    private InventoryEntry EntryOf(int ordinal)
    {
        var (node, vm) = Homes.GetValueOrDefault(ordinal, (ordinal % 2 == 0 ? "a" : "b", TestActor));
        return new InventoryEntry(Vm(ordinal) with { Host = node }, vm) { Node = node };
    }

    private static VmSnapshot Vm(int ordinal) => Sample.Vm("vm" + ordinal) with { Host = ordinal % 2 == 0 ? "a" : "b", Id = new VmId(new Guid(ordinal + 1, 0, 0, new byte[8])) };

    /// <summary>In the place of a duty's actor: has the supervisor as its child, and tells what it hears from it.</summary>
    private sealed class DutyStub(Props props, IActorRef listener) : UntypedActor
    {
        private readonly IActorRef _child = Context.ActorOf(props);

        protected override void OnReceive(object message)
        {
            if (message is "child")
                Sender.Tell(_child);
            else
                listener.Forward(message);
        }
    }

    private sealed class Stub(Action<object, IActorRef> receive) : UntypedActor
    {
        protected override void OnReceive(object message) => receive(message, Sender);
    }
}
