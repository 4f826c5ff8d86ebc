using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Tests.Clustering;
using Orchestrator.Actors.Tests.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Remote VmHosts in a cluster of three nodes in one process: real remoting, real TCP to scripted monitors that see who speaks.</summary>
public sealed class RemoteVmHostTests : IAsyncLifetime
{
    private const string Rack = "rack7";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly MemoryDutyStore _store = new(TimeProvider.System);
    private readonly DutyLedger _ledger = new();
    private readonly FakeJobStore _jobs = new() { IsImmediate = true };
    private readonly OwnedMonitor _web = new(Guid.NewGuid());
    private readonly OwnedMonitor _db = new(Guid.NewGuid());
    private readonly RemoteHosts _remote;
    private readonly ClusterMember[] _members;

    public RemoteVmHostTests()
    {
        _remote = new RemoteHosts().With(Rack, ("web01", _web), ("db01", _db));
        // c does not list it.
        _members = [new("a", _store, _ledger, _remote), new("b", _store, _ledger, _remote), new("c", _store, _ledger)];
    }

    private ClusterMember Gateway => _members[2];

    public async Task InitializeAsync()
    {
        foreach (var member in _members)
            member.Akka.Join(_members[0].Akka.SelfAddress);
        // Before all have seen that all are up, the death of one leaves no majority that knows of itself.
        foreach (var member in _members)
            await Eventually.TrueAsync(async () => await member.NodesAsync() == "a:Up b:Up c:Up", Limit, $"{member.Name} knows all nodes");
        await Eventually.TrueAsync(() => Owner is "a" or "b", Limit, "one that lists it has it");
        foreach (var member in _members)
            await AwaitVmsAsync(member);
    }

    public async Task DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
        await _web.DisposeAsync();
        await _db.DisposeAsync();
    }

    [Fact]
    public async Task Every_node_shows_its_vms_under_its_name_and_the_node_that_has_it()
    {
        foreach (var member in _members)
        {
            var entries = await VmsOfRackAsync(member);
            Assert.All(entries, entry => Assert.Equal((Rack, Owner, Rack), (entry.Snapshot.Host, entry.Node, entry.Part)));
            var home = await member.Duties.Ask<DutyMessages.Home>(new DutyMessages.Locate("vmhost-rack7"), Limit);
            Assert.Equal((Owner, true), (home.Node, home.Epoch > 0));
        }
    }

    [Fact]
    public async Task Job_of_a_node_that_does_not_list_it_reaches_its_vms()
    {
        var jobs = StartJobs();

        var ended = await EndedAsync(jobs, await SubmitAsync(jobs, "query-version"));

        Assert.Equal(2, ended.Counts[Phase.Succeeded]);
        Assert.Equal((1, 1), (_web.CountOf("query-version"), _db.CountOf("query-version")));
    }

    [Fact]
    public async Task After_a_kill_another_has_it_and_what_was_under_way_is_unknown_or_asked_again_and_never_sent_twice()
    {
        var jobs = StartJobs();
        _web.Answer("system_reset", null);
        _db.Answer("system_reset", "{}");
        _web.Answer("query-version", null);
        var (reset, read) = (await SubmitAsync(jobs, "system_reset"), await SubmitAsync(jobs, "query-version"));
        await Eventually.TrueAsync(() => _web.CountOf("system_reset") == 1 && _web.CountOf("query-version") == 1, Limit, "both are under way");
        await Eventually.TrueAsync(async () => (await JobAsync(jobs, reset)).Counts.ContainsKey(Phase.Succeeded), Limit, "one of them has its outcome");
        var (dead, epoch) = (_members.First(member => member.Name == Owner), _store["vmhost-rack7"]!.Epoch);
        var heir = _members[..2].First(member => member != dead);
        _web.Answer("query-version", """{"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}""");

        await dead.KillAsync();

        await Eventually.TrueAsync(() => Owner == heir.Name, Limit, "the other has it");
        await Eventually.TrueAsync(async () => (await VmsOfRackAsync(Gateway)) is { Count: 2 } entries && entries.All(entry => entry.Node == heir.Name && entry.Snapshot is { StaleSince: null, State: VmState.Running }), Limit, "its VMs are there again");
        var (resetEnded, readEnded) = (await EndedAsync(jobs, reset), await EndedAsync(jobs, read));
        Assert.Equal((1, 1), (resetEnded.Counts[Phase.Unknown], resetEnded.Counts[Phase.Succeeded]));
        Assert.Equal(2, readEnded.Counts[Phase.Succeeded]);
        Assert.Equal((1, 1), (_web.CountOf("system_reset"), _db.CountOf("system_reset")));
        Assert.Equal(2, _web.CountOf("query-version"));
        Assert.True(_store["vmhost-rack7"]!.Epoch > epoch);
        await AssertOneOwnerAsync();
    }

    [Fact]
    public async Task Node_that_loses_the_store_falls_silent_before_another_speaks()
    {
        var first = _members.First(member => member.Name == Owner);

        first.CutFromStore();

        await Eventually.TrueAsync(() => _store["vmhost-rack7"] is null, Limit, "the claim has expired");
        await Eventually.TrueAsync(() => (_web.Open, _db.Open) == (0, 0), Limit, "its sessions are closed");
        await Eventually.TrueAsync(() => Owner is { } now && now != first.Name, Limit, "another has it");
        await AwaitVmsAsync(Gateway);
        await AssertOneOwnerAsync();
    }

    [Fact]
    public async Task Node_that_leaves_closes_its_sessions_before_it_gives_the_duty_back()
    {
        var first = _members.First(member => member.Name == Owner);
        var claims = _store.CountOf("claim vmhost-rack7");

        await first.Akka.LeaveAsync();

        await Eventually.TrueAsync(() => Owner is { } now && now != first.Name, Limit, "another has it");
        await AwaitVmsAsync(Gateway);
        Assert.True(_store.CountOf("release vmhost-rack7") >= 1 && _store.CountOf("claim vmhost-rack7") > claims);
        await AssertOneOwnerAsync();
    }

    private string? Owner => _ledger.Running.GetValueOrDefault("vmhost-rack7");

    /// <summary>Each monitor has heard from one node at a time, and has one session now.</summary>
    private async Task AssertOneOwnerAsync()
    {
        await Eventually.TrueAsync(() => (_web.Open, _db.Open) == (1, 1), Limit, "each monitor has one client");
        Assert.Empty(_web.Violations);
        Assert.Empty(_db.Violations);
        Assert.Empty(_ledger.Violations);
        Assert.True(_web.Accepted >= 2 && _db.Accepted >= 2);
    }

    private static async Task<IReadOnlyList<InventoryEntry>> VmsOfRackAsync(ClusterMember member) =>
        [.. (await member.Fleet.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), Limit)).Entries.Where(entry => entry.Snapshot.Host == Rack)];

    private Task AwaitVmsAsync(ClusterMember member) => Eventually.TrueAsync(
        async () => (await VmsOfRackAsync(member)) is { Count: 2 } entries && entries.All(entry => entry.Node == Owner && entry.Snapshot is { StaleSince: null, State: VmState.Running, Id: not null }), Limit, $"{member.Name} knows its VMs");

    private IActorRef StartJobs()
    {
        var routers = new FanOutRouters.Fleet(Gateway.Nodes, '7', new DutyClaim("jobs-7", "c", 1));
        var environment = new FanOutEnvironment(Gateway.Fleet, routers, TimeProvider.System) { Store = _jobs };
        return Gateway.System.ActorOf(JobSupervisor.PropsFor(environment, new JobRetention()));
    }

    private static async Task<string> SubmitAsync(IActorRef jobs, string command)
    {
        Assert.True(TargetSelector.TryParse("h:rack7", out var target, out _));
        var spec = new JobSpec { Target = target, Route = CommandRoute.Qmp, Command = EncodedCommand.ForQmp(command), Timeout = TimeSpan.FromMinutes(1), Document = new byte[] { 1 } };
        return (await jobs.Ask<JobReplies.Accepted>(new JobCommands.Submit(spec), Limit)).Job.Id;
    }

    private static async Task<JobSnapshot> EndedAsync(IActorRef jobs, string id)
    {
        await Eventually.TrueAsync(async () => (await JobAsync(jobs, id)).HasEnded, Limit, "the job has ended");
        return await JobAsync(jobs, id);
    }

    private static async Task<JobSnapshot> JobAsync(IActorRef jobs, string id) => (await jobs.Ask<JobReplies.Found>(new JobQueries.Get(id), Limit)).Job;
}
