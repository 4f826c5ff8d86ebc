using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Freezing;

/// <summary>A <see cref="FreezeSupervisor"/> whose VMs are probes.</summary>
public abstract class FreezeTest : ActorTest
{
    private protected FreezeTest()
    {
        Inventory = CreateTestProbe();
        Freezes = Sys.ActorOf(FreezeSupervisor.PropsFor(new FreezeEnvironment(Inventory, Time) { FileExists = _ => false }));
        Assert.True(TargetSelector.TryParse("web*", out var target, out _));
        Target = target;
    }

    private protected TestProbe Inventory { get; }

    private protected IActorRef Freezes { get; }

    private protected TargetSelector Target { get; }

    private protected TestProbe[] Vms { get; private set; } = [];

    private protected InventoryEntry[] Entries => [.. Vms.Select((vm, at) => new InventoryEntry(LeaseSamples.Vm($"web{at + 1}"), vm))];

    private protected async Task ResolveAsync(int count)
    {
        Vms = [.. Enumerable.Range(0, count).Select(_ => CreateTestProbe())];
        await Inventory.ExpectMsgAsync<InventoryQueries.Select>();
        Inventory.Reply(new InventoryReplies.Selection(Entries));
    }

    private protected async Task<FreezeMemberLease> PrepareAsync(int vm)
    {
        var prepare = await Vms[vm].ExpectMsgAsync<LeaseCommands.Prepare>();
        return new FreezeMemberLease(prepare.Lease, prepare.Freeze.Name, Vms[vm].LastSender, Vms[vm], LeaseSamples.Vm($"web{vm + 1}"), () => Time.GetTimestamp());
    }

    private protected async Task<T> AskAsync<T>(object question) => await Freezes.Ask<T>(question, Limit);
}

/// <summary>What a VM has been asked to hold, played by the test.</summary>
internal sealed class FreezeMemberLease(FreezeLease lease, string freeze, IActorRef group, TestProbe vm, VmSnapshot snapshot, Func<long> now)
{
    private LeaseMachine _machine = LeaseMachine.Thawed.On(new LeaseInput.Prepare(lease)).Next;
    private long _frozenAt;

    public FreezeLease Lease => lease;

    public string Freeze => freeze;

    public void Deny(string reason) => group.Tell(new LeaseEvents.Denied(lease.Id, reason, "why", snapshot), vm);

    public void Prepared() => On(new LeaseInput.Recorded(null));

    public async Task FreezesAsync(FreezeEnd end = FreezeEnd.Frozen, int filesystems = 1, string? reason = null)
    {
        Assert.Equal(lease.Id, (await vm.ExpectMsgAsync<LeaseCommands.Freeze>()).LeaseId);
        On(new LeaseInput.Freeze());
        _frozenAt = now();
        On(new LeaseInput.FreezeEnded(end, filesystems, reason));
    }

    public async Task ThawsAsync(string? failure = null)
    {
        var thaw = await vm.FishForMessageAsync<LeaseCommands.Thaw>(thaw => thaw.LeaseId == lease.Id);
        On(new LeaseInput.Thaw(thaw.Cause));
        On(new LeaseInput.ThawEnded(failure));
    }

    public void On(LeaseInput input)
    {
        _machine = _machine.On(input).Next;
        group.Tell(new LeaseEvents.Changed(_machine, _frozenAt, _machine is { Phase: LeasePhase.Thawed, WasFrozen: true } ? TimeSpan.FromSeconds(2) : null, snapshot), vm);
    }
}
