using System.Collections.Concurrent;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>A node whose router is a real one and whose VMs do what the test says; the guests outlive its process.</summary>
internal sealed class FakeNode(ActorSystem system, TimeProvider time, string name, IReadOnlyList<int> ordinals, int[] executions, Random random)
{
    private static int _number;
    private readonly string _prefix = $"node-{name}-{Interlocked.Increment(ref _number)}";
    private ConcurrentDictionary<Invocation, IActorRef> _held = new();
    private Dictionary<int, IActorRef> _vms = [];
    private int _incarnation;

    /// <summary>What the router has. Looked at while nothing happens.</summary>
    public RouterMemory Memory { get; private set; } = new(0);

    public IActorRef Router { get; private set; } = ActorRefs.Nobody;

    /// <summary>Whether others can reach it.</summary>
    public bool IsUp { get; set; } = true;

    public NodeInfo Info => new(name, _incarnation, $"akka.tcp://test@{name}:1", $"https://{name}:2", "1", default, ["vmhost"]);

    public IActorRef VmOf(int ordinal) => _vms[ordinal];

    public Task StartAsync()
    {
        _incarnation++;
        var held = _held = new ConcurrentDictionary<Invocation, IActorRef>();
        Router = system.ActorOf(ClusterRouter.PropsFor(new ClusterRouterSettings(name, _incarnation, time), Memory = new RouterMemory(time.GetTimestamp())), $"{_prefix}-router-{_incarnation}");
        _vms = ordinals.ToDictionary(ordinal => ordinal, ordinal => system.ActorOf(Props.Create(() => new Vm(held)), $"{_prefix}-vm{ordinal}"));
        return Task.CompletedTask;
    }

    /// <summary>Its process ends at any moment: what a VM had may have been sent already.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        foreach (var invocation in InOrder().Where(invocation => invocation.Reconciliation is null && random.Next(2) == 0))
            executions[invocation.Ordinal]++;
        await StartAsync();
    }

    public async Task StopAsync()
    {
        await Router.GracefulStop(RoutingModelTests.Patience);
        foreach (var vm in _vms.Values)
            await vm.GracefulStop(RoutingModelTests.Patience);
        // A name is free a moment after its actor has stopped.
        var guardian = ((ExtendedActorSystem)system).Provider.Guardian;
        await Eventually.TrueAsync(() => _vms.Values.All(vm => guardian.GetSingleChild(vm.Path.Name).IsNobody()), RoutingModelTests.Patience, "the names are free");
    }

    /// <summary>One VM comes to an end with what it has.</summary>
    public void Act()
    {
        var held = InOrder();
        if (held.Length > 0)
            End(held[random.Next(held.Length)]);
    }

    public void ActAll()
    {
        foreach (var invocation in InOrder())
            End(invocation);
    }

    private Invocation[] InOrder() => [.. _held.Keys.OrderBy(invocation => invocation.Ordinal)];

    private void End(Invocation invocation)
    {
        if (!_held.TryRemove(invocation, out var router))
            return;
        var (phase, reason, effect) = invocation switch
        {
            { Reconciliation: not null } => (Phase.Unknown, Reasons.NodeStopped, Effect.Unknown),
            _ when invocation.Plan.Deadline.Remaining(time) == TimeSpan.Zero => (Phase.Undelivered, Reasons.QueueDeadline, Effect.None),
            _ => random.Next(5) switch
            {
                0 => (Phase.Undelivered, Reasons.AgentAbsent, Effect.None),
                1 => (Phase.Unknown, Reasons.AgentUnresponsive, Effect.Unknown),
                2 => (Phase.Failed, Reasons.ExitNonZero, Effect.Applied),
                _ => (Phase.Succeeded, (string?)null, Effect.Applied),
            },
        };
        if (invocation.Reconciliation is null && effect != Effect.None && (phase != Phase.Unknown || random.Next(2) == 0))
            executions[invocation.Ordinal]++;
        router.Tell(new FanOutEvents.InvocationEnded(invocation, new Outcome { Name = "vm" + invocation.Ordinal, Host = name, Phase = phase, Reason = reason, Effect = effect }));
    }

    private sealed class Vm(ConcurrentDictionary<Invocation, IActorRef> held) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Invocation invocation)
                held[invocation] = invocation.ReplyTo;
            else if (message is VmCommands.CancelInvocation cancel && cancel.Invocation.Reconciliation is null && held.TryRemove(cancel.Invocation, out var router))
                router.Tell(new FanOutEvents.InvocationEnded(cancel.Invocation, new Outcome { Name = "vm", Host = "host", Phase = Phase.Cancelled, Effect = Effect.None }));
            else if (message is not VmCommands.CancelInvocation)
                Unhandled(message);
        }
    }
}
