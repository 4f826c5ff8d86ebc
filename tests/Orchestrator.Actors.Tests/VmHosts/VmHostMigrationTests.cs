using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.VmHosts;

/// <summary>A VmHost with two QEMUs of one VM, both fake: which actors there are, and what the sources' changes do to them.</summary>
public sealed class VmHostMigrationTests : ActorTest, IAsyncLifetime
{
    private readonly FakeVm _a = new();
    private readonly FakeVm _b = new();
    private readonly TestProbe _inventory;
    private readonly IActorRef _host;

    public VmHostMigrationTests()
    {
        _inventory = CreateTestProbe();
        _host = Sys.ActorOf(VmHostSupervisor.PropsFor("host1", _inventory, CreateTestProbe(), new VmSettings { Time = Time }), "vms");
        _b.Answers["query-status"] = Status("inmigrate");
        foreach (var vm in new[] { _a, _b })
        {
            vm.TellsProcess();
            vm.Answers["query-migrate"] = "{}";
            vm.Answers["query-migrate-capabilities"] = "[]";
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Fact]
    public async Task A_destination_has_no_actor_of_its_own_and_the_VM_watches_it()
    {
        var vm = await PairAsync();

        Assert.Equal(vm, await ChildAsync("a"));
        Assert.True((await ChildAsync("b")).IsNobody());
    }

    [Fact]
    public async Task A_VM_that_was_migrated_lives_on_under_its_name_when_its_directory_goes()
    {
        var vm = await PairAsync();
        await MigrateAsync();

        SetVms(B);
        await SettleAsync(_host);

        await ShowsAsync(seen => seen is { Name: "a", Migration: null });
        Assert.Equal(vm, await ChildAsync("a"));
        Assert.True((await ChildAsync("b")).IsNobody());
    }

    [Fact]
    public async Task A_VM_whose_place_goes_ends_and_its_old_directory_is_a_VM_of_its_own()
    {
        var vm = await PairAsync();
        await MigrateAsync();
        Watch(vm);

        SetVms(A);

        await ExpectTerminatedAsync(vm);
        await Eventually.TrueAsync(async () => await ChildAsync("a") is var next && !next.IsNobody() && !next.Equals(vm), Limit, "another has the name");
    }

    [Fact]
    public async Task A_destination_that_dies_is_a_VM_of_its_own_again()
    {
        await PairAsync();

        await _b.DisposeAsync();

        await Eventually.TrueAsync(async () => !(await ChildAsync("b")).IsNobody(), Limit, "it has an actor");
    }

    [Fact]
    public async Task A_destination_whose_directory_goes_is_forgotten()
    {
        var vm = await PairAsync();

        SetVms(A);
        await ShowsAsync(seen => seen is { Name: "a", Migration: null });

        Assert.Equal(vm, await ChildAsync("a"));
    }

    [Fact]
    public async Task What_happened_before_this_node_is_found_by_asking()
    {
        _a.Answers["query-status"] = Status("postmigrate");
        _b.Answers["query-status"] = Status("running");

        SetVms(A, B);

        await ShowsAsync(seen => seen is { Name: "a", State: VmState.Running, Migration: { Phase: MigrationPhase.Completed, Source: "a", Destination: "b" } });
        await Eventually.TrueAsync(async () => (await ChildAsync("b")).IsNobody(), Limit, "it has no actor of its own");
    }

    [Fact]
    public async Task An_actor_that_begins_anew_finds_its_place_again()
    {
        var vm = await PairAsync();
        await MigrateAsync();

        vm.Tell(new VmSignals.CompositeEnded(null!, null!));

        await ShowsAsync(seen => seen is { Name: "a", State: VmState.Connecting });
        await AdvanceUntilAsync(ShowsAsync(seen => seen is { Name: "a", State: VmState.Running, Migration.Destination: "b", Agent: AgentState.Ready }), step: 0.1);
    }

    [Fact]
    public async Task A_destination_that_appears_is_never_shown_as_a_VM_of_its_own()
    {
        SetVms(A);
        await ShowsAsync(seen => seen is { Name: "a", State: VmState.Running, Id: not null });

        SetVms(A, B);
        var names = new List<string>();
        await _inventory.FishForMessageAsync(
            message =>
            {
                if (message is not VmEvents.Changed { Snapshot: var vm })
                    return false;
                names.Add(vm.Name);
                return vm is { Name: "a", Migration.Phase: MigrationPhase.Prepared };
            },
            Limit);

        Assert.DoesNotContain("b", names);
    }

    [Fact]
    public async Task A_QEMU_that_awaits_a_guest_of_elsewhere_is_shown_when_nobody_claims_it()
    {
        SetVms();
        SetVms(B);

        await AdvanceUntilAsync(ShowsAsync(seen => seen is { Name: "b", RunState: "inmigrate" }), step: 0.1);
    }

    [Fact]
    public async Task A_VM_that_appears_and_runs_or_cannot_be_reached_is_shown()
    {
        SetVms();
        await _b.DisposeAsync();
        SetVms(A, B);

        var shown = new HashSet<string>();
        await AdvanceUntilAsync(ShowsAsync(seen => seen is { Name: "b", State: VmState.Unreachable } or { Name: "a", State: VmState.Running } && shown.Add(seen.Name) && shown.Count == 2), step: 0.1);
    }

    [Fact]
    public async Task A_VM_whose_monitor_does_not_listen_yet_is_not_shown_at_once()
    {
        SetVms(A);
        await ShowsAsync(seen => seen is { Name: "a", State: VmState.Running, Agent: AgentState.Ready, Id: not null });
        await _b.DisposeAsync();
        SetVms(A, B);
        await Eventually.TrueAsync(async () => !(await ChildAsync("b")).IsNobody(), Limit, "it has an actor");

        Advance(1);
        await SettleAllAsync();

        while (_inventory.HasMessages)
            Assert.False(await _inventory.ReceiveOneAsync(Limit) is VmEvents.Changed { Snapshot.Name: "b" });
        await AdvanceUntilAsync(ShowsAsync(seen => seen is { Name: "b", State: VmState.Unreachable }), step: 0.1);
    }

    [Fact]
    public async Task Two_that_run_are_two()
    {
        _b.Answers["query-status"] = Status("running");

        SetVms(A, B);
        await ShowsAsync(seen => seen is { Name: "b", State: VmState.Running, Agent: AgentState.Ready, Id: not null });
        await SettleAllAsync();

        Assert.False((await ChildAsync("a")).IsNobody());
        Assert.False((await ChildAsync("b")).IsNobody());
    }

    private VmSpec A => _a.Spec with { Name = "a" };

    private VmSpec B => _b.Spec with { Name = "b" };

    private static string Status(string runState) => $$"""{"status": "{{runState}}", "running": false}""";

    private void SetVms(params VmSpec[] specs) => _host.Tell(new VmHostCommands.SetVms(specs));

    private async Task<IActorRef> PairAsync()
    {
        SetVms(A, B);
        await ShowsAsync(seen => seen is { Name: "a", State: VmState.Running, Migration: { Phase: MigrationPhase.Prepared, Source: "a", Destination: "b" } });
        return _inventory.LastSender;
    }

    private async Task MigrateAsync()
    {
        _a.Answers["query-status"] = Status("postmigrate");
        _b.Answers["query-status"] = Status("running");
        await AdvanceUntilAsync(ShowsAsync(seen => seen is { Name: "a", State: VmState.Running, Migration.Phase: MigrationPhase.Completed }), step: 0.1);
    }

    private async Task<VmSnapshot> ShowsAsync(Predicate<VmSnapshot> condition)
    {
        var changed = await _inventory.FishForMessageAsync(message => message is VmEvents.Changed { Snapshot: var vm } && condition(vm), Limit);
        return ((VmEvents.Changed)changed).Snapshot;
    }

    private async Task<IActorRef> ChildAsync(string name) =>
        (await Sys.ActorSelection(_host.Path / name).Ask<ActorIdentity>(new Identify(null), Limit)).Subject ?? ActorRefs.Nobody;
}
