using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>A <see cref="ClusterRouter"/> with probes in the places of a job, its supervisor and a VM. It is older than its VMs need to be there.</summary>
public abstract class ClusterRouterTest : ActorTest
{
    private protected const string Job = "01ARYZ6S41TSV4RRFFQ69G5FA7";
    private readonly Lazy<IActorRef> _router;
    private long _sequence;

    protected ClusterRouterTest()
    {
        Owner = CreateTestProbe();
        Vm = CreateTestProbe("vm1");
        Settings = new ClusterRouterSettings("a", 42, Time);
        _router = new Lazy<IActorRef>(Start);
    }

    private protected ClusterRouterSettings Settings { get; set; }

    private protected RouterMemory Memory { get; private set; } = new(0);

    private protected TestProbe Owner { get; }

    private protected TestProbe Vm { get; }

    private protected IActorRef Router => _router.Value;

    private IActorRef Start()
    {
        Memory = new RouterMemory(Time.GetTimestamp());
        var router = Sys.ActorOf(ClusterRouter.PropsFor(Settings, Memory));
        Advance(Settings.LocateTimeout);
        return router;
    }

    private protected static JobSpec Spec(CommandRoute route = CommandRoute.Guest, EncodedCommand? command = null) =>
        new() { Target = Sample.Parse("*"), Route = route, Command = command ?? EncodedCommand.ForGuest("guest-ping"), Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>A dispatch to targets that are all the same VM.</summary>
    private protected RouterCommands.Dispatch Order(params int[] ordinals) => new(Job, ListOf(ordinals, TargetList.PathOf(Vm.Ref)))
    {
        Epoch = 1,
        Incarnation = 42,
        Sequence = ++_sequence,
        Attempt = 1,
        Timeout = TimeSpan.FromSeconds(10),
        Command = WireCommand.Of(Spec()),
    };

    private protected static TargetList ListOf(int[] ordinals, string path) => TargetList.Cut(ordinals.Select(ordinal => new RoutedTarget(ordinal, path, "")), 10_000).Single();

    private protected async Task<long> DispatchAsync(RouterCommands.Dispatch dispatch, TestProbe? owner = null)
    {
        Router.Tell(dispatch, (owner ?? Owner).Ref);
        var received = await (owner ?? Owner).ExpectMsgAsync<RouterEvents.Received>();
        Assert.Equal((Job, 42, dispatch.Sequence), (received.JobId, received.Incarnation, received.Sequence));
        return received.Sequence;
    }

    private protected async Task<Invocation> BegunAsync() => await Vm.ExpectMsgAsync<Invocation>();

    private protected void End(Invocation invocation, Outcome? outcome = null) =>
        Router.Tell(new FanOutEvents.InvocationEnded(invocation, outcome ?? Succeeded()), Vm.Ref);

    private protected static Outcome Succeeded(int bytes = 0) => new() { Name = "vm1", Host = "a", Phase = Phase.Succeeded, Effect = Effect.Applied, Result = new byte[bytes] };

    private protected static async Task<RouterEvents.Ended> EndedAsync(TestProbe owner) => await owner.ExpectMsgAsync<RouterEvents.Ended>();

    private protected async Task<RoutedOutcome> OneEndedAsync() => Assert.Single((await EndedAsync(Owner)).Items);

    private protected void Acknowledge(long batch, long epoch = 1) => Router.Tell(new RouterCommands.Acknowledge(Job, epoch, batch), Owner.Ref);

    private protected async Task SilentAsync(params TestProbe[] probes)
    {
        await SettleAsync(Router);
        await SettleAsync(Router);
        Assert.All(probes, probe => Assert.False(probe.HasMessages));
    }
}
