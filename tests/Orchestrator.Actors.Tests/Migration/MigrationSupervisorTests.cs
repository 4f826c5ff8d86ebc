using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;
using static Orchestrator.Actors.Tests.Migration.MigrationSamples;

namespace Orchestrator.Actors.Tests.Migration;

/// <summary>Migrations between QEMUs that the test plays, from the job's invocation to its outcome.</summary>
public sealed class MigrationSupervisorTests : ActorTest
{
    private readonly List<TestProbe> _vms = [];
    private readonly Dictionary<string, (ScriptedQemu Source, ScriptedQemu Destination)> _qemus = [];
    private readonly FakeStarter _starter = new();
    private bool _hasDestination = true;

    [Fact]
    public async Task Guest_is_moved_and_its_outcome_tells_how_it_went()
    {
        var (migrations, begun) = Begin();
        await RunToSwitchoverAsync(begun);
        var (source, destination) = _qemus["web1"];
        destination.Answers("query-status", """{"status":"running"}""");
        source.Answers("query-migrate", Progress("completed", 0, 3, 8, ""","total-time":900,"downtime":12"""));
        source.Happens("completed");

        var verdict = await EndAsync(begun);

        Assert.Equal((Phase.Succeeded, Effect.Applied), (verdict.Phase, verdict.Effect));
        Assert.Equal("""{"to":"h2","destination":"web1d","downtimeMs":12,"elapsedMs":900,"transferredBytes":5000,"totalBytes":1000000,"passes":3,"drained":true}""", System.Text.Encoding.UTF8.GetString(verdict.Result.Span));
        Assert.Equal(["migrate-set-capabilities", "migrate-set-parameters", "migrate", "migrate-set-parameters", "migrate-continue", "quit"], source.Changes.Select(change => change.Split(' ')[0]));
        Assert.Equal(["migrate-set-capabilities", "migrate-incoming", "migrate-set-capabilities"], destination.Changes.Select(change => change.Split(' ')[0]));
        var kept = Assert.Single((await ListAsync(migrations)).Snapshots);
        Assert.Equal((DrivePhase.Ended, Phase.Succeeded, "web1d"), (kept.Phase, kept.Outcome!.Value, kept.Destination));
    }

    [Fact]
    public async Task Cancelled_in_the_middle_the_source_is_as_it_was()
    {
        var (migrations, begun) = Begin();
        var (source, _) = await RunToCopyingAsync(begun);

        migrations.Tell(new DriveCommands.Cancel(begun.Invocation), begun.Vm);
        await EventuallyAsync(() => source.Changes.Contains("migrate_cancel"));
        source.Answers("query-migrate", """{"status":"cancelled"}""").Happens("cancelled");

        Assert.Equal(Phase.Cancelled, (await EndAsync(begun)).Phase);
        Assert.Equal("""migrate-set-parameters {"downtime-limit":300}""", source.Changes[^2]);
    }

    [Fact]
    public async Task Deadline_of_the_job_gives_the_guest_back()
    {
        var (_, begun) = Begin(seconds: 100);
        var (source, _) = await RunToCopyingAsync(begun);

        Advance(101);
        await EventuallyAsync(() => source.Changes.Contains("migrate_cancel"));
        source.Happens("cancelled");

        var verdict = await EndAsync(begun);
        Assert.Equal((Phase.Failed, Reasons.MigrationNotConverged, Effect.None), (verdict.Phase, verdict.Reason, verdict.Effect));
    }

    [Fact]
    public async Task Destination_that_lacks_something_is_named_and_nothing_is_changed()
    {
        var (_, begun) = Begin(prepare: () => _qemus["web1"].Destination.Answers("query-migrate-capabilities", "[]"));

        var verdict = await EndAsync(begun);

        Assert.Equal((Phase.Refused, Reasons.Unsupported), (verdict.Phase, verdict.Reason));
        Assert.Contains("the destination web1d", verdict.Message);
        Assert.Empty(_qemus["web1"].Source.Changes.Concat(_qemus["web1"].Destination.Changes));
    }

    [Fact]
    public async Task QEMU_whose_answer_is_no_answer_is_told()
    {
        var (_, begun) = Begin(prepare: () => _qemus["web1"].Source.Answers("query-status", "[]"));
        var verdict = await EndAsync(begun);
        Assert.Equal((Phase.Undelivered, Reasons.QemuUnresponsive), (verdict.Phase, verdict.Reason));
    }

    [Fact]
    public async Task Destination_is_started_where_none_runs_and_ended_if_it_is_not_needed()
    {
        _hasDestination = false;
        _starter.Started = () => _hasDestination = true;
        var (_, begun) = Begin(prepare: () => _qemus["web1"].Destination.Answers("query-status", """{"status":"running"}"""), starter: _starter);

        var verdict = await EndAsync(begun);

        Assert.Equal((Phase.Undelivered, Reasons.NoDestination), (verdict.Phase, verdict.Reason));
        Assert.Equal(("web1", "h1", "h2"), (_starter.Places!.Name, _starter.Places.From, _starter.Places.To));
        Assert.Equal(["quit"], _qemus["web1"].Destination.Changes);
    }

    [Fact]
    public async Task Program_that_cannot_start_a_destination_is_quoted()
    {
        _hasDestination = false;
        _starter.Trouble = "no memory";
        var verdict = await EndAsync(Begin(starter: _starter).Begun);
        Assert.Equal(Reasons.NoDestination, verdict.Reason);
        Assert.Contains("no memory", verdict.Message);
    }

    [Fact]
    public async Task Frozen_guest_is_thawed_first_and_stays_where_it_cannot_be()
    {
        var (_, begun) = Begin(freeze: FreezeState.Frozen);
        Assert.True((await begun.Vm.ExpectMsgAsync<LeaseCommands.ThawAny>()).Force);
        begun.Vm.Reply(new LeaseReplies.ThawTold(Vm(), ThawResult.Thawed, null));
        await RunToCopyingAsync(begun);

        var (_, other) = Begin(name: "web2", freeze: FreezeState.FrozenForeign);
        await other.Vm.ExpectMsgAsync<LeaseCommands.ThawAny>();
        other.Vm.Reply(new LeaseReplies.ThawTold(Vm(), ThawResult.Failed, "no answer"));
        Assert.Equal(Reasons.FsFrozen, (await EndAsync(other)).Reason);
    }

    [Fact]
    public async Task Others_wait_for_their_turn_and_can_be_cancelled_meanwhile()
    {
        var (migrations, first) = Begin(concurrency: 1);
        await RunToCopyingAsync(first);
        var (_, second) = Begin(migrations, "web2");
        var (_, third) = Begin(migrations, "web3");

        migrations.Tell(new DriveCommands.Cancel(second.Invocation), second.Vm);
        Assert.Equal(Phase.Cancelled, (await EndAsync(second)).Phase);
        Assert.Empty(_qemus["web3"].Source.Changes);
        _qemus["web1"].Source.Happens("failed");

        Assert.Equal(Reasons.MigrationFailed, (await EndAsync(first)).Reason);
        await RunToCopyingAsync(third);
    }

    [Fact]
    public async Task Node_that_stops_gives_all_back()
    {
        var (migrations, begun) = Begin();
        var (source, _) = await RunToCopyingAsync(begun);

        migrations.Tell(new MigrationOrders.StopAll(), TestActor);
        await EventuallyAsync(() => source.Changes.Contains("migrate_cancel"));
        Assert.False(HasMessages);
        source.Happens("cancelled");

        Assert.Equal(Reasons.NodeStopped, (await EndAsync(begun)).Reason);
        await ExpectMsgAsync<MigrationReplies.Migrations>();
    }

    [Theory]
    [InlineData("completed", Phase.Succeeded, Effect.Applied, 0)]
    [InlineData("postcopy-active", Phase.Unknown, Effect.Applied, 0)]
    [InlineData("none", Phase.Failed, Effect.None, 2)]
    [InlineData("failed", Phase.Failed, Effect.None, 2)]
    public async Task After_a_restart_of_the_node_QEMU_tells_what_became_of_it(string status, Phase phase, Effect effect, int changes)
    {
        var (_, begun) = Begin(prepare: () => _qemus["web1"].Source.Answers("query-migrate", $$"""{"status":"{{status}}"}"""), past: new Reconciliation(null));

        var verdict = await EndAsync(begun);

        Assert.Equal((phase, effect), (verdict.Phase, verdict.Effect));
        Assert.Equal(changes, _qemus["web1"].Source.Changes.Length);
    }

    [Fact]
    public async Task After_a_restart_one_that_goes_on_is_given_up()
    {
        var (_, begun) = Begin(prepare: () => _qemus["web1"].Source.Answers("query-migrate", Progress("pre-switchover")), past: new Reconciliation(null));
        var source = _qemus["web1"].Source;
        await EventuallyAsync(() => source.Changes.Contains("migrate_cancel"));
        source.Answers("query-migrate", """{"status":"cancelled"}""");

        var ended = EndAsync(begun);
        Assert.Equal((Phase.Failed, Reasons.NodeStopped), (await AdvanceUntilAsync(ended, 0.1) is var verdict ? (verdict.Phase, verdict.Reason!) : default));
        Assert.Equal(["migrate_cancel", "migrate-set-capabilities", "migrate-set-parameters"], source.Changes.Select(change => change.Split(' ')[0]));
    }

    [Fact]
    public async Task Source_whose_VM_leaves_in_the_middle_is_unknown()
    {
        var (_, begun) = Begin();
        var (source, _) = await RunToCopyingAsync(begun);
        source.Leaves();
        Assert.Equal((Phase.Unknown, Reasons.VmLost), (await EndAsync(begun) is var verdict ? (verdict.Phase, verdict.Reason!) : default));
    }

    [Fact]
    public async Task Request_of_another_version_is_refused()
    {
        var migrations = Sys.ActorOf(MigrationSupervisor.PropsFor(new MigrationEnvironment(TestActor, Time)));
        var vm = CreateTestProbe();
        var plan = new JobPlan("job", CommandRoute.Migrate, Protocol.Commands.EncodedCommand.ForQmp("migrate"), Deadline.After(TimeSpan.FromHours(1), Time));
        migrations.Tell(new DriveCommands.Begin(new Invocation(plan, 0, vm, vm), Vm()), vm);
        Assert.Equal(Reasons.InvalidArgument, (await vm.ExpectMsgAsync<DriveEvents.Ended>()).Verdict.Reason);
    }

    [Theory]
    [InlineData("h2", "inmigrate", true, true)]
    [InlineData("h3", "inmigrate", true, false)]
    [InlineData("h2", "running", true, false)]
    [InlineData("h2", "inmigrate", false, false)]
    public void Destination_is_the_QEMU_of_the_same_VM_that_waits_on_the_VmHost(string host, string runState, bool isSame, bool isDestination)
    {
        var candidate = Vm("web1", host, runState) with { Id = isSame ? new VmId(Uuid) : new VmId(Guid.NewGuid()) };
        Assert.Equal(isDestination ? "web1" : null, InventoryDestinations.DestinationOf(candidate, Vm(), "h2"));
    }

    [Theory]
    [InlineData(MigrationPhase.Prepared, "web1-moved")]
    [InlineData(MigrationPhase.Copying, null)]
    [InlineData(MigrationPhase.Completed, null)]
    [InlineData(null, null)]
    public void On_its_own_VmHost_the_destination_is_the_QEMU_that_the_VM_shows_as_waiting(MigrationPhase? phase, string? destination)
    {
        var vm = Vm("web1", "h1", "running") with { Migration = phase is { } shown ? new VmMigration(shown, "web1", "web1-moved") : null };
        Assert.Equal(destination, InventoryDestinations.DestinationOf(vm, vm, "h1"));
    }

    private sealed record Begun(Invocation Invocation, TestProbe Vm, string Name);

    private (IActorRef Migrations, Begun Begun) Begin(
        IActorRef? migrations = null, string name = "web1", double seconds = 3600, FreezeState freeze = FreezeState.Thawed, int concurrency = 2, Action? prepare = null, IDestinationStarter? starter = null, Reconciliation? past = null)
    {
        var vm = CreateTestProbe();
        _vms.Add(vm);
        _qemus[name] = (
            Prepared(new ScriptedQemu(name, vm), "running"),
            Prepared(new ScriptedQemu($"{name}d", CreateTestProbe()), "inmigrate"));
        prepare?.Invoke();
        migrations ??= Sys.ActorOf(MigrationSupervisor.PropsFor(new MigrationEnvironment(TestActor, Time)
        {
            Concurrency = concurrency,
            Starter = starter,
            PeerOf = entry => _qemus[entry.Snapshot.Name].Source,
            Destinations = new FakeDestinations(this),
        }));
        var plan = new JobPlan("job", CommandRoute.Migrate, Spec.Encode(), Deadline.After(TimeSpan.FromSeconds(seconds), Time));
        var invocation = new Invocation(plan, 0, vm, vm) { Reconciliation = past };
        migrations.Tell(new DriveCommands.Begin(invocation, Vm(name, freeze: freeze)), vm);
        return (migrations, new Begun(invocation, vm, name));
    }

    private static ScriptedQemu Prepared(ScriptedQemu qemu, string runState) => qemu
        .Answers("query-migrate-capabilities", Capabilities)
        .Answers("query-migrate-parameters", Parameters)
        .Answers("query-status", $$"""{"status":"{{runState}}"}""")
        .Answers("query-migrate", "{}")
        .Answers("query-chardev", Chardevs);

    private async Task<(ScriptedQemu Source, ScriptedQemu Destination)> RunToCopyingAsync(Begun begun)
    {
        var qemus = _qemus[begun.Name];
        await EventuallyAsync(() => qemus.Source.Changes.Contains("migrate"));
        qemus.Source.Answers("query-migrate", Progress("active", 900_000));
        await SettleAllAsync();
        qemus.Source.Happens("active");
        return qemus;
    }

    private async Task RunToSwitchoverAsync(Begun begun)
    {
        var (source, _) = await RunToCopyingAsync(begun);
        source.Answers("query-migrate", Progress("active", 100, 2));
        var held = begun.Vm.FishForMessageAsync(message => message is AgentHold.Take, Limit).AsTask();
        await AdvanceUntilAsync(held, 0.1);
        source.Answers("query-migrate", Progress("pre-switchover", 100, 2));
        begun.Vm.Reply(new AgentHold.Held(IsDrained: true));
        await EventuallyAsync(() => source.Changes.Contains("""migrate-set-parameters {"downtime-limit":300}"""));
        source.Happens("pre-switchover");
        await EventuallyAsync(() => source.Changes.Contains("migrate-continue"));
    }

    private async Task<Verdict> EndAsync(Begun begun)
    {
        var ended = begun.Vm.FishForMessageAsync(message => message is DriveEvents.Ended, Limit).AsTask();
        return ((DriveEvents.Ended)await AdvanceUntilAsync(ended, 0.05)).Verdict;
    }

    private static Task<MigrationReplies.Migrations> ListAsync(IActorRef migrations) => migrations.Ask<MigrationReplies.Migrations>(new MigrationQueries.List(), Limit);

    private static Task EventuallyAsync(Func<bool> condition) => TestKit.Eventually.TrueAsync(condition, Limit, "it happens");

    private sealed class FakeStarter : IDestinationStarter
    {
        public string? Trouble { get; set; }

        public Action? Started { get; set; }

        public Placeholders? Places { get; private set; }

        public Task<string?> StartAsync(Placeholders places, CancellationToken cancellationToken)
        {
            Places = places;
            Started?.Invoke();
            return Task.FromResult(Trouble);
        }
    }

    private sealed class FakeDestinations(MigrationSupervisorTests test) : IDestinations
    {
        public Task<IMigrationPeer?> FindAsync(VmSnapshot vm, string to, TimeSpan patience, CancellationToken cancellationToken) =>
            Task.FromResult<IMigrationPeer?>(test._hasDestination ? test._qemus[vm.Name].Destination : null);
    }
}
