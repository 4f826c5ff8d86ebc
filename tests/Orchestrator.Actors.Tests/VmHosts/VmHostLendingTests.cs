using System.Collections.Concurrent;
using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.VmHosts;

/// <summary>The VmHosts of two nodes, each with a QEMU of the VM <c>vm</c>, both fake: whose it is, who speaks to which, and when it goes over.</summary>
public sealed class VmHostLendingTests : ActorTest, IAsyncLifetime
{
    private readonly FakeVm _onA = new();
    private readonly FakeVm _onB = new();
    private readonly ConcurrentDictionary<IActorRef, VmSnapshot> _known = [];
    private readonly ConcurrentQueue<string> _events = [];
    private readonly IActorRef _fleet;
    private readonly IActorRef _log;
    private IActorRef _a;
    private IActorRef _b;

    public VmHostLendingTests()
    {
        _fleet = Sys.ActorOf(Props.Create(() => new Fleet(_known)), "fleet");
        _log = Sys.ActorOf(Props.Create(() => new EventNames(_events)), "log");
        _a = Begin("a");
        _b = Begin("b");
        _onB.Answers["query-status"] = Status("inmigrate");
        foreach (var vm in new[] { _onA, _onB })
        {
            vm.TellsProcess();
            vm.Answers["query-migrate"] = "{}";
            vm.Answers["query-migrate-capabilities"] = "[]";
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _onA.DisposeAsync();
        await _onB.DisposeAsync();
    }

    [Fact]
    public async Task Destination_on_another_node_is_watched_by_the_VM_and_is_no_VM_of_its_own()
    {
        await PairAsync();

        Assert.True((await ChildAsync(_b)).IsNobody());
        Assert.DoesNotContain(_known.Values, vm => vm.Host == "b");
    }

    [Fact]
    public async Task VM_that_has_arrived_goes_over_as_what_it_was()
    {
        await PairAsync();
        await MigrateAsync();

        var vm = await IsAsync(vm => vm is { Host: "b", State: VmState.Running, Agent: AgentState.Ready });

        Assert.Equal(("vm", 1, "Debian GNU/Linux 12"), (vm.Name, vm.Incarnation, vm.Guest?.OsVersion));
        await OnlyOneAsync();
        Assert.True((await ChildAsync(_a)).IsNobody());
        Assert.DoesNotContain("GUEST_STARTUP", _events.SkipWhile(name => name != "VM_MIGRATION_CHANGED completed"));
        Assert.DoesNotContain("GUEST_AGENT_LOST", _events);
        Assert.DoesNotContain("GUEST_AGENT_RESTARTED", _events);
        Assert.Single(_events, name => name == "VM_MIGRATION_CHANGED completed");
    }

    [Fact]
    public async Task VM_that_has_gone_over_comes_back_the_same_way()
    {
        await PairAsync();
        await MigrateAsync();
        await IsAsync(vm => vm is { Host: "b", Agent: AgentState.Ready });
        _onA.Answers["query-status"] = Status("inmigrate");
        _onA.Qmp.Cut();
        await IsAsync(vm => vm is { Host: "b", Migration: { Phase: MigrationPhase.Prepared, Destination: "a/vm", To: "a" } });

        _onB.Answers["query-status"] = Status("postmigrate");
        _onA.Answers["query-status"] = Status("running");

        Assert.Equal(1, (await IsAsync(vm => vm is { Host: "a", State: VmState.Running, Agent: AgentState.Ready })).Incarnation);
        await OnlyOneAsync();
    }

    [Fact]
    public async Task VM_stays_while_a_client_of_its_QMP_endpoint_is_connected()
    {
        var client = CreateTestProbe();
        var vm = await PairAsync();
        vm.Tell(VmCommands.Follow.Instance, client);
        await MigrateAsync();
        await IsAsync(seen => seen is { Host: "a", Place: "b/vm", Agent: AgentState.Ready });
        await AdvanceUntilAsync(SettleAllAsync(), step: 1);
        Advance(10);
        await SettleAllAsync();
        Assert.Contains(_known.Values, seen => seen is { Host: "a", Place: "b/vm" });

        vm.Tell(VmCommands.Unfollow.Instance, client);

        await IsAsync(seen => seen is { Host: "b", Agent: AgentState.Ready });
    }

    [Fact]
    public async Task What_comes_while_a_VM_goes_over_is_ended_as_not_sent()
    {
        var vm = await PairAsync();
        var (router, sent) = (CreateTestProbe(), 0);
        router.Watch(vm);
        // It may be gone before the next one.
        Send();
        await MigrateAsync();
        var gone = IsAsync(seen => seen is { Host: "b", Agent: AgentState.Ready });
        while (!gone.IsCompleted)
        {
            Send();
            Advance(0.1);
        }
        await gone;

        var ended = new List<Outcome>();
        while (await AdvanceUntilAsync(router.ExpectMsgAsync<object>().AsTask(), step: 0.1) is not Terminated and var message)
        {
            if (message is FanOutEvents.InvocationEnded { Outcome: var outcome })
                ended.Add(outcome);
        }
        Assert.All(ended, outcome => Assert.True(outcome is { Phase: Phase.Succeeded } or { Phase: Phase.Undelivered, Reason: Reasons.VmNotFound, Effect: Effect.None }, outcome.ToString()));
        Assert.NotEmpty(ended);

        void Send() => vm.Tell(new Invocation(new JobPlan("J", CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping"), Deadline.After(Limit, Time)), sent++, vm, router));
    }

    [Fact]
    public async Task More_than_may_wait_for_a_VM_that_goes_over_is_refused()
    {
        var vm = await PairAsync();
        var (router, sent) = (CreateTestProbe(), 0);
        _onB.Hold("guest-ping");
        await MigrateAsync(settles: false);
        var refusal = "";
        // The first ones keep it from going, so that the next ones wait for that.
        while (!refusal.Contains("64 commands already wait until this VM has gone over", StringComparison.Ordinal))
        {
            for (var more = 0; more < 70; more++)
                vm.Tell(new Invocation(new JobPlan("J", CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping"), Deadline.After(Limit, Time)), sent++, vm, router));
            Advance(0.1);
            while (router.HasMessages)
                refusal += router.ReceiveOne(Limit) is FanOutEvents.InvocationEnded { Outcome: { Phase: Phase.Undelivered, Reason: Reasons.VmBusy, Effect: Effect.None } outcome } ? outcome.Message : "";
            Assert.True(sent < 10_000);
        }
    }

    [Fact]
    public async Task Destination_whose_directory_goes_is_forgotten_by_the_VM()
    {
        await PairAsync();

        SetVms(_b);

        await IsAsync(vm => vm is { Host: "a", Migration: null });
    }

    [Fact]
    public async Task Destination_that_dies_is_a_VM_of_its_own_node_again()
    {
        await PairAsync();

        await _onB.DisposeAsync();

        await IsAsync(vm => vm is { Host: "b", State: VmState.Unreachable });
        await IsAsync(vm => vm is { Host: "a", Migration: null, State: VmState.Running });
    }

    [Fact]
    public async Task Lent_place_is_its_nodes_again_when_the_borrower_is_gone()
    {
        await PairAsync();
        await MigrateAsync(settles: false);

        await _a.GracefulStop(Limit);

        await IsAsync(vm => vm is { Host: "b", State: VmState.Running, Agent: AgentState.Ready });
        await OnlyOneAsync();
    }

    [Fact]
    public async Task Lender_that_has_begun_anew_is_asked_for_the_place_again()
    {
        var client = CreateTestProbe();
        var vm = await PairAsync();
        vm.Tell(VmCommands.Follow.Instance, client);
        await MigrateAsync();
        await _b.GracefulStop(Limit);

        _b = await BeginAnewAsync("b");
        SetVms(_b, B);

        await IsAsync(seen => seen is { Host: "a", Place: "b/vm", State: VmState.Running, Agent: AgentState.Ready });
        await AdvanceUntilAsync(Eventually.TrueAsync(async () => (await ChildAsync(_b)).IsNobody(), Limit, "the lender has no VM"), step: 0.1);
    }

    [Fact]
    public async Task VM_that_was_left_while_nobody_looked_finds_its_guest()
    {
        _onA.Answers["query-status"] = Status("postmigrate");
        _onB.Answers["query-status"] = Status("running");
        SetVms(_a, A);
        SetVms(_b, B);

        await IsAsync(vm => vm is { Host: "b", State: VmState.Running, Agent: AgentState.Ready, Migration: { Phase: MigrationPhase.Completed, Source: "a/vm" } });
        await OnlyOneAsync();
    }

    [Fact]
    public async Task VM_that_was_seen_at_its_source_and_arrived_unseen_goes_along_with_all_that_is_known_of_it()
    {
        SetVms(_a, A);
        await IsAsync(vm => vm is { Host: "a", State: VmState.Running, Agent: AgentState.Ready, Guest: not null });
        _onA.Answers["query-status"] = Status("postmigrate");
        _onB.Answers["query-status"] = Status("running");
        _onA.Qmp.Cut();

        SetVms(_b);
        SetVms(_b, B);

        Assert.Equal(1, (await IsAsync(vm => vm is { Host: "b", State: VmState.Running, Agent: AgentState.Ready, Place: null, Migration.Source: "a/vm" })).Incarnation);
        Assert.Contains("VM_MIGRATION_CHANGED completed", _events);
        await OnlyOneAsync();
    }

    [Fact]
    public async Task Node_of_the_source_that_begins_anew_lends_what_was_left_behind()
    {
        await PairAsync();
        await MigrateAsync();
        await IsAsync(vm => vm is { Host: "b", Agent: AgentState.Ready });
        await OnlyOneAsync();
        var vm = await ChildAsync(_b);
        await _a.GracefulStop(Limit);
        await IsAsync(vm => vm is { Host: "b", Migration: null });

        _a = await BeginAnewAsync("a");
        SetVms(_a, A);

        await IsAsync(vm => vm is { Host: "b", Migration: { Phase: MigrationPhase.Completed, Source: "a/vm" } });
        await OnlyOneAsync();
        Assert.Equal(vm, await ChildAsync(_b));
    }

    [Fact]
    public async Task QEMU_that_was_left_is_none_of_two_others_with_its_identity()
    {
        _onA.Answers["query-status"] = Status("postmigrate");
        foreach (var (host, runState) in new[] { ("x", "running"), ("y", "inmigrate") })
            _known[CreateTestProbe()] = new VmSnapshot { Id = new VmId(Guid.Parse(FakeVm.Uuid)), Name = "vm", Host = host, State = VmState.Running, RunState = runState };
        SetVms(_a, A);
        await IsAsync(vm => vm is { Host: "a", RunState: "postmigrate" });
        var vm = await ChildAsync(_a);

        for (var looks = 0; looks < 20; looks++)
            Advance(0.5);

        Assert.Equal(vm, await ChildAsync(_a));
    }

    [Fact]
    public async Task Channel_that_is_not_lent_is_not_told()
    {
        SetVms(_a, A);
        await IsAsync(vm => vm is { Host: "a", State: VmState.Running });

        foreach (var find in new[] { new LendingQueries.Find("vm", "qmp"), new LendingQueries.Find("other", "qmp") })
            Assert.Null((await _a.Ask<LendingReplies.Channel>(find, Limit)).Endpoint);
        await PairAsync();
        Assert.Null((await _b.Ask<LendingReplies.Channel>(new LendingQueries.Find("vm", "console"), Limit)).Endpoint);
        Assert.Equal(_onB.Spec.Agent, (await _b.Ask<LendingReplies.Channel>(new LendingQueries.Find("vm", "agent"), Limit)).Endpoint);
    }

    private VmSpec A => _onA.Spec with { Name = "vm" };

    private VmSpec B => _onB.Spec with { Name = "vm" };

    private static string Status(string runState) => $$"""{"status": "{{runState}}", "running": false}""";

    private IActorRef Begin(string node) => Sys.ActorOf(
        VmHostSupervisor.PropsFor(node, _fleet, _log, new VmSettings { Time = Time, Connect = ConnectAsync }, neighbours: new Neighbours(node, node, _fleet)), "host-" + node);

    /// <summary>A name is free only a moment after its actor has ended.</summary>
    private async Task<IActorRef> BeginAnewAsync(string node)
    {
        IActorRef anew = ActorRefs.Nobody;
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    anew = Begin(node);
                }
                catch (InvalidActorNameException)
                {
                    // Its name is still the former one's.
                }
                return !anew.IsNobody();
            },
            Limit,
            "the former actor is gone");
        return anew;
    }

    private static void SetVms(IActorRef host, params VmSpec[] specs) => host.Tell(new VmHostCommands.SetVms(specs));

    /// <summary>As the nodes' APIs do it for each other.</summary>
    private async Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint is not Endpoint.Relayed relayed)
            return await EndpointConnector.ConnectAsync(endpoint, cancellationToken);
        var lent = await (relayed.Node == "a" ? _a : _b).Ask<LendingReplies.Channel>(new LendingQueries.Find(relayed.Vm, relayed.Channel), Limit, cancellationToken);
        var stream = await EndpointConnector.ConnectAsync(lent.Endpoint ?? throw new IOException("it is not lent"), cancellationToken);
        lent.Ended.Register(stream.Dispose);
        return stream;
    }

    private async Task<IActorRef> PairAsync()
    {
        SetVms(_a, A);
        await IsAsync(vm => vm is { Host: "a", State: VmState.Running, Agent: AgentState.Ready, Guest: not null });
        SetVms(_b);
        SetVms(_b, B);
        await IsAsync(vm => vm is { Host: "a", Migration: { Phase: MigrationPhase.Prepared, Source: "vm", Destination: "b/vm", To: "b" } });
        return await ChildAsync(_a);
    }

    private async Task MigrateAsync(bool settles = true)
    {
        _onA.Answers["query-status"] = Status("postmigrate");
        _onB.Answers["query-status"] = Status("running");
        await IsAsync(vm => vm is { Place: "b/vm" } || (settles && vm.Host == "b"));
    }

    private async Task<VmSnapshot> IsAsync(Func<VmSnapshot, bool> condition)
    {
        VmSnapshot? found = null;
        await AdvanceUntilAsync(Eventually.TrueAsync(() => (found = _known.Values.FirstOrDefault(condition)) is not null, Limit, "the fleet knows it so"), step: 0.1).ContinueWith(
            waited => Assert.True(waited.IsCompletedSuccessfully, $"{waited.Exception?.InnerException?.Message} It knows: {string.Join("; ", _known.Values)}"), TaskScheduler.Default);
        return found!;
    }

    private Task OnlyOneAsync() => AdvanceUntilAsync(Eventually.TrueAsync(() => _known.Count == 1, Limit, "there is one VM"), step: 0.1);

    private async Task<IActorRef> ChildAsync(IActorRef host) =>
        (await Sys.ActorSelection(host.Path / "vm").Ask<ActorIdentity>(new Identify(null), Limit)).Subject ?? ActorRefs.Nobody;

    /// <summary>In the place of all inventories: knows at once what VMs of either node tell.</summary>
    private sealed class Fleet(ConcurrentDictionary<IActorRef, VmSnapshot> known) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case VmEvents.Changed changed:
                    Context.Watch(Sender);
                    known[Sender] = changed.Snapshot;
                    break;
                case Terminated gone:
                    known.TryRemove(gone.ActorRef, out _);
                    break;
                case InventoryQueries.Select select:
                    Sender.Tell(new InventoryReplies.Selection([.. known.Where(vm => select.Selector!.Matches(vm.Value)).Select(vm => new InventoryEntry(vm.Value, vm.Key) { Node = vm.Value.Host, Part = vm.Value.Host })]));
                    break;
            }
        }
    }

    private sealed class EventNames(ConcurrentQueue<string> names) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is FleetEvent happened)
                names.Enqueue(happened.Name == MigrationWire.Name ? $"{happened.Name} {JsonElement.Parse(happened.Data.Span).GetProperty("phase").GetString()}" : happened.Name);
        }
    }
}
