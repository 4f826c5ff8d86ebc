using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>What a node does with orders that are lost, come twice, late, or from somebody who has lost the duty.</summary>
public sealed class LeaseRouterTests : ActorTest
{
    private readonly TestProbe _vm;
    private readonly TestProbe _group;
    private readonly NewestEpoch _epoch = new();
    private readonly IActorRef _router;

    public LeaseRouterTests()
    {
        (_vm, _group) = (CreateTestProbe("web-1"), CreateTestProbe());
        _router = Sys.ActorOf(LeaseRouter.PropsFor(new LeaseRouterSettings("a", 17, Time) { ControlEpoch = _epoch }));
    }

    [Fact]
    public async Task An_order_that_comes_twice_is_carried_out_once()
    {
        Order(LeaseWant.Prepare);
        Order(LeaseWant.Prepare);
        var prepare = await _vm.ExpectMsgAsync<LeaseCommands.Prepare>();
        Assert.Equal(("L", "G", "a", "web-1", "backup", Time.GetUtcNow().AddSeconds(40)), (prepare.Lease.Id, prepare.Lease.Group, prepare.Lease.Host, prepare.Lease.Vm, prepare.Lease.Owner, prepare.Lease.Deadline));
        Assert.Equal("guest-fsfreeze-freeze", prepare.Freeze.Name);
        await SilentAsync();

        Tell(LeaseSamples.Prepared);
        await ReportAsync(LeasePhase.Prepared);
        Order(LeaseWant.Freeze);
        Order(LeaseWant.Freeze);
        await _vm.ExpectMsgAsync<LeaseCommands.Freeze>();
        await SilentAsync();
    }

    [Fact]
    public async Task What_was_told_to_thaw_is_not_told_to_freeze_any_more()
    {
        await PreparedAsync();
        Order(LeaseWant.Thaw);
        await _vm.ExpectMsgAsync<LeaseCommands.Thaw>();

        Order(LeaseWant.Freeze);

        await SilentAsync();
    }

    [Fact]
    public async Task Each_extension_is_carried_out_once_and_its_answer_is_told_until_it_has_come()
    {
        await PreparedAsync();
        Order(LeaseWant.Freeze, extension: 1);
        Order(LeaseWant.Freeze, extension: 1);
        await _vm.ExpectMsgAsync<LeaseCommands.Freeze>();
        Assert.Equal(TimeSpan.FromSeconds(90), (await _vm.ExpectMsgAsync<LeaseCommands.Extend>()).Ttl);
        await SilentAsync();
        _router.Tell(new LeaseReplies.Extended("L", LeaseSamples.Start.AddSeconds(90)), _vm);
        var told = await _group.FishForMessageAsync<LeaseRouterEvents.Report>(report => report.Leases.Any(lease => lease.Extension == 1));

        // The answer was lost on its way.
        Order(LeaseWant.Freeze, extension: 1, after: told.After);

        var again = await _group.FishForMessageAsync<LeaseRouterEvents.Report>(report => report.Leases.Any(lease => lease.Extension == 1));
        Assert.Equal(LeaseSamples.Start.AddSeconds(90), again.Leases[^1].Extended);
        await SilentAsync();
    }

    [Fact]
    public async Task Orders_of_a_former_owner_are_refused_also_where_the_router_of_jobs_has_heard_of_the_new_one()
    {
        _epoch.Note(8);

        Order(LeaseWant.Prepare, epoch: 7);
        Assert.Equal(8, (await _group.ExpectMsgAsync<LeaseRouterEvents.Refused>()).Epoch);
        _router.Tell(new LeaseRouterCommands.ThawVm(Path, 7, Force: true), _group);
        await _group.ExpectMsgAsync<LeaseRouterEvents.Refused>();
        _router.Tell(new LeaseRouterCommands.PlanSnapshot(Path, 7, "x", null), _group);
        await _group.ExpectMsgAsync<LeaseRouterEvents.Refused>();

        await SilentAsync();
        Order(LeaseWant.Prepare, epoch: 9);
        await _vm.ExpectMsgAsync<LeaseCommands.Prepare>();
    }

    [Fact]
    public async Task The_router_of_jobs_tells_of_a_new_owner_of_the_controllers_jobs()
    {
        var jobs = Sys.ActorOf(ClusterRouter.PropsFor(new ClusterRouterSettings("a", 17, Time) { ControlEpoch = _epoch }));
        jobs.Tell(new RouterCommands.Announce("7", 99), _group);
        jobs.Tell(new RouterCommands.Announce("Z", 8), _group);
        await SettleAsync(jobs);

        Order(LeaseWant.Prepare, epoch: 7);

        Assert.Equal(8, (await _group.ExpectMsgAsync<LeaseRouterEvents.Refused>()).Epoch);
    }

    [Fact]
    public async Task What_is_meant_for_another_process_of_the_node_is_dropped()
    {
        Order(LeaseWant.Prepare, incarnation: 16);

        await SilentAsync();
        Assert.False(_group.HasMessages);
    }

    [Theory]
    [InlineData(LeaseWant.Watch)]
    [InlineData(LeaseWant.Thaw)]
    [InlineData(LeaseWant.Freeze)]
    internal async Task Nothing_is_begun_of_which_an_earlier_process_may_have_begun(LeaseWant want)
    {
        Order(want);

        Assert.Equal("L", (await _vm.ExpectMsgAsync<LeaseCommands.Watch>()).LeaseId);
        _router.Tell(new LeaseEvents.Absent("L", LeaseSamples.Vm()), _vm);
        await _group.FishForMessageAsync<LeaseRouterEvents.Report>(report => report.Leases is [{ Kind: LeaseReportKind.Absent }]);
        if (want == LeaseWant.Thaw)
            await _vm.ExpectMsgAsync<LeaseCommands.Thaw>();
        await SilentAsync();
    }

    [Fact]
    public async Task A_VM_that_an_earlier_process_had_may_come_late()
    {
        var path = Path.Replace("web-1", "web-2", StringComparison.Ordinal);
        Order(LeaseWant.Thaw, path: path);
        Assert.Empty((await _group.ExpectMsgAsync<LeaseRouterEvents.Report>()).Leases);

        var late = CreateTestProbe("web-2");
        Order(LeaseWant.Thaw, path: path);
        await late.ExpectMsgAsync<LeaseCommands.Watch>();
        await late.ExpectMsgAsync<LeaseCommands.Thaw>();
    }

    [Fact]
    public async Task A_VM_that_never_comes_is_told()
    {
        Advance(30);
        Order(LeaseWant.Thaw, path: "/user/nobody");

        Assert.Equal(LeaseReportKind.VmGone, Assert.Single((await _group.ExpectMsgAsync<LeaseRouterEvents.Report>()).Leases).Kind);
    }

    [Fact]
    public async Task A_VM_that_leaves_is_told()
    {
        await PreparedAsync();

        Sys.Stop(_vm);

        await _group.FishForMessageAsync<LeaseRouterEvents.Report>(report => report.Leases is [{ Kind: LeaseReportKind.VmGone }]);
    }

    [Fact]
    public async Task A_freeze_that_this_version_does_not_know_is_denied()
    {
        Order(LeaseWant.Prepare, command: "guest-fsfreeze-tomorrow");

        var denied = Assert.Single((await _group.ExpectMsgAsync<LeaseRouterEvents.Report>()).Leases);
        Assert.Equal((LeaseReportKind.Denied, Reasons.Unsupported), (denied.Kind, denied.Reason));
        Assert.Contains("guest-fsfreeze-tomorrow", denied.Message);
        await SilentAsync();
    }

    [Fact]
    public async Task A_group_that_was_forgotten_is_not_begun_anew()
    {
        await PreparedAsync();
        Tell(LeaseSamples.Prepared.On(new LeaseInput.Thaw(ThawCause.Requested)).Next);
        await ReportAsync(LeasePhase.Thawed);
        Advance(660);
        await SettleAllAsync();

        Order(LeaseWant.Prepare);

        await _vm.ExpectMsgAsync<LeaseCommands.Watch>();
        await SilentAsync();
    }

    [Fact]
    public async Task Reports_of_many_VMs_fit_messages_and_none_is_left_out()
    {
        var long1 = new string('ü', 5000);
        var vm = LeaseSamples.Vm(new string('n', 255)) with { Message = long1, Guest = new GuestInfoSnapshot(long1, long1, long1) };
        var orders = Enumerable.Range(0, 48).Select(at => new LeaseOrder($"L{at}", Path, LeaseWant.Prepare)).ToArray();
        _router.Tell(OrderOf(orders), _group);
        foreach (var order in orders)
            _router.Tell(new LeaseEvents.Denied(order.LeaseId, "VmPaused", long1, vm), _vm);

        var reports = new List<LeaseRouterEvents.Report>();
        while (reports.SelectMany(report => report.Leases).Count() < orders.Length)
            reports.Add(await _group.ExpectMsgAsync<LeaseRouterEvents.Report>());

        var serializer = new WireSerializer((ExtendedActorSystem)Sys);
        Assert.All(reports, report => Assert.True(serializer.ToBinary(report).Length < 64 * 1024));
        Assert.Equal(orders.Select(order => order.LeaseId), reports.SelectMany(report => report.Leases).Select(lease => lease.LeaseId));
        Assert.True(serializer.ToBinary(OrderOf([.. orders.Select(order => order with { Path = $"/user/vm-host/{new string('%', 255)}", LeaseId = new string('0', 26) })], 16 * 1024)).Length < 64 * 1024);
    }

    private string Path => TargetList.PathOf(_vm.Ref);

    private LeaseRouterCommands.Order OrderOf(LeaseOrder[] orders, int bytes = 2, string command = "guest-fsfreeze-freeze") => new("G", 7, 17, 0, orders)
    {
        Owner = "backup",
        Ttl = TimeSpan.FromSeconds(60),
        Remaining = TimeSpan.FromSeconds(40),
        Freeze = new WireCommand(CommandRoute.Guest, command, bytes == 2 ? "{}"u8.ToArray() : new byte[bytes], ConditionPolicy.Default),
    };

    private void Order(LeaseWant want, long epoch = 7, int incarnation = 17, int extension = 0, long after = 0, string? path = null, string command = "guest-fsfreeze-freeze") => _router.Tell(
        OrderOf([new LeaseOrder("L", path ?? Path, want) { Extension = extension, ExtendBy = extension > 0 ? TimeSpan.FromSeconds(90) : null }], command: command) with { Epoch = epoch, Incarnation = incarnation, After = after },
        _group);

    private void Tell(LeaseMachine machine) =>
        _router.Tell(new LeaseEvents.Changed(LeaseMachine.Of(new LeaseStanding(machine.Phase, LeaseSamples.Start), LeaseSamples.Lease("L")), 0, null, LeaseSamples.Vm()), _vm);

    private async Task ReportAsync(LeasePhase phase) => await _group.FishForMessageAsync<LeaseRouterEvents.Report>(report => report.Leases.Any(lease => lease.Standing?.Phase == phase));

    private async Task PreparedAsync()
    {
        Order(LeaseWant.Prepare);
        await _vm.ExpectMsgAsync<LeaseCommands.Prepare>();
        Tell(LeaseSamples.Prepared);
        await ReportAsync(LeasePhase.Prepared);
    }

    /// <summary>The VM is told nothing more.</summary>
    private async Task SilentAsync()
    {
        await SettleAsync(_router);
        await SettleAsync(_router);
        Assert.False(_vm.HasMessages);
    }
}
