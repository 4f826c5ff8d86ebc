using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Host.Clustering;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>The part of a remote VmHost with a real connection, whose claim the test lets grow old.</summary>
public sealed class VmHostPartTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly DutyClaim Claim = new("vmhost-rack7", "a", 3);

    private readonly ActorSystem _system = ActorSystem.Create("part", "akka { loglevel = OFF, stdout-loglevel = OFF }");
    private readonly FakeTimeProvider _claimTime = new();
    private readonly OwnedMonitor _monitor = new(Guid.NewGuid());
    private readonly VmHostPart _part;
    private IActorRef _duty = ActorRefs.Nobody;
    private IActorRef _inventory = ActorRefs.Nobody;

    public VmHostPartTests()
    {
        var hosts = new RemoteHosts().With("rack7", ("web01", _monitor));
        var observed = _system.ActorOf(ObservedVmHosts.PropsFor(ActorRefs.Nobody));
        _part = new VmHostPart(claim => hosts.SettingsOf(claim, ActorRefs.Nobody, observed));
    }

    public async Task InitializeAsync()
    {
        _duty = _system.ActorOf(Props.Create(() => new Duty(_part, new DutyTenure(TimeSpan.FromSeconds(8), _claimTime, _claimTime.GetTimestamp()))), "duty");
        await Eventually.TrueAsync(() => _monitor.CountOf("query-status") > 0, Limit, "the VM is connected");
        _inventory = await _system.ActorSelection("/user/duty/vm-host/inventory").ResolveOne(Limit);
        await Eventually.TrueAsync(async () => (await _inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), Limit)).Entries is [{ Snapshot: { Host: "rack7", State: VmState.Running } }], Limit, "the VM runs");
    }

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        await _monitor.DisposeAsync();
    }

    [Fact]
    public async Task Command_passes_while_the_claim_is_young()
    {
        Assert.Equal(Phase.Succeeded, await RunAsync("query-version"));
        Assert.Equal(1, _monitor.CountOf("query-version"));
    }

    [Fact]
    public async Task Node_that_stood_still_sends_nothing_more_and_connects_to_nobody_before_anyone_has_told_it_so()
    {
        _claimTime.Advance(TimeSpan.FromSeconds(8));

        var phase = await RunAsync("query-version");

        Assert.NotEqual(Phase.Succeeded, phase);
        Assert.Equal(0, _monitor.CountOf("query-version"));
        await Eventually.TrueAsync(() => _monitor.Open == 0, Limit, "the session has ended with the failed write");
        Assert.Equal(1, _monitor.Accepted);
    }

    [Fact]
    public async Task When_it_has_ended_every_connection_is_closed()
    {
        await _duty.GracefulStop(Limit);

        _part.Ended(Claim);

        await Eventually.TrueAsync(() => _monitor.Open == 0, Limit, "the connection is closed");
        Assert.Equal(1, _monitor.Accepted);
    }

    private async Task<Phase> RunAsync(string command)
    {
        var router = _system.ActorOf(FanOutRouter.PropsFor());
        var jobs = _system.ActorOf(JobSupervisor.PropsFor(new FanOutEnvironment(_inventory, new FanOutRouters.Local(router), TimeProvider.System), new JobRetention()));
        Assert.True(TargetSelector.TryParse("web01", out var target, out _));
        var spec = new JobSpec { Target = target, Route = CommandRoute.Qmp, Command = EncodedCommand.ForQmp(command), Timeout = TimeSpan.FromSeconds(10), Document = new byte[] { 1 } };
        var id = (await jobs.Ask<JobReplies.Accepted>(new JobCommands.Submit(spec), Limit)).Job.Id;
        JobSnapshot? job = null;
        await Eventually.TrueAsync(async () => (job = (await jobs.Ask<JobReplies.Found>(new JobQueries.Get(id), Limit)).Job).HasEnded, Limit, "the job has ended");
        return Assert.Single(job!.Counts).Key;
    }

    private sealed class Duty(IDutyPart part, DutyTenure tenure) : UntypedActor
    {
        protected override void PreStart() => part.Begin(Claim, tenure, Context);

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
