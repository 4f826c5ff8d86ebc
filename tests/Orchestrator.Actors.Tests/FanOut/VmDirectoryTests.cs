using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.FanOut;

/// <summary>Which VM a job of before meant.</summary>
public sealed class VmDirectoryTests
{
    private static readonly VmId Id = new(new Guid("00000000-0000-4000-8000-000000000001"));
    private static readonly VmId OtherId = new(new Guid("00000000-0000-4000-8000-000000000002"));

    [Fact]
    public void VM_is_found_by_its_identity_wherever_it_is() => Assert.Equal("new", Find(Id, Vm("new", Id) with { Host = "b" }));

    [Fact]
    public void VM_that_never_told_its_identity_is_found_by_its_name() => Assert.Equal("vm", Find(null, Vm("vm", null), Vm("vm2", Id)));

    [Theory]
    [InlineData("inmigrate")]
    [InlineData(null)]
    public void QEMU_that_waits_for_the_guest_is_not_the_VM_whether_it_has_told_so_or_not(string? runState) =>
        Assert.Equal("vm", Find(Id, Vm("vm", Id), Vm("vm-destination", Id) with { RunState = runState }));

    [Fact]
    public void VM_whose_guest_is_awaited_under_its_own_name_is_where_the_guest_is() => Assert.Equal("vm2", Find(Id, Vm("vm", Id) with { RunState = "inmigrate" }, Vm("vm2", Id)));

    [Fact]
    public void VM_of_the_name_that_has_not_told_its_identity_yet_is_waited_for()
    {
        VmSnapshot[] vms = [Vm("vm", null), Vm("vm-destination", Id) with { RunState = "inmigrate" }];

        Assert.Null(Find(Id, vms));
        Assert.Equal("vm-destination", Find(Id, isLast: true, vms));
    }

    [Fact]
    public void Another_VM_of_the_name_is_not_the_VM() => Assert.Null(Find(Id, Vm("vm", OtherId)));

    private static string? Find(VmId? id, params VmSnapshot[] vms) => Find(id, isLast: false, vms);

    private static string? Find(VmId? id, bool isLast, params VmSnapshot[] vms) =>
        new VmDirectory(vms.Select(vm => new InventoryEntry(vm, ActorRefs.Nobody))).Find(new StoredTarget(id, "vm", "a"), isLast)?.Snapshot.Name;

    private static VmSnapshot Vm(string name, VmId? id) => new() { Id = id, Name = name, Host = "a", State = VmState.Running, RunState = "running" };
}
