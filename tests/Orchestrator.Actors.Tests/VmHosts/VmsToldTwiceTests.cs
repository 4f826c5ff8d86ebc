using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.VmHosts;

/// <summary>Which of two entries with one identity is the VM.</summary>
public sealed class VmsToldTwiceTests
{
    private static readonly VmId Id = new(new Guid("00000000-0000-4000-8000-000000000001"));
    private static readonly VmId OtherId = new(new Guid("00000000-0000-4000-8000-000000000002"));

    [Fact]
    public void Nothing_is_told_twice_where_all_is_at_home() => Assert.Null(Of(Vm("a", "vm"), Vm("b", "vm") with { Id = OtherId }));

    [Fact]
    public void Place_that_a_VM_of_another_node_is_at_is_not_the_VM()
    {
        var (served, place) = (Vm("a", "vm") with { Place = "b/vm2" }, Vm("b", "vm2"));

        var twice = Of(served, place, Vm("b", "vm3"))!;

        Assert.Equal((false, true, false), (twice.IsOther(served), twice.IsOther(place), twice.IsOther(Vm("b", "vm3"))));
    }

    [Fact]
    public void Place_of_the_same_name_with_another_identity_is_another_VM() =>
        Assert.False(Of(Vm("a", "vm") with { Place = "b/vm" }, Vm("b", "vm") with { Id = OtherId })!.IsOther(Vm("b", "vm") with { Id = OtherId }));

    [Fact]
    public void Place_on_the_own_VmHost_is_no_other_entry() => Assert.Null(Of(Vm("a", "vm") with { Place = "vm2" }, Vm("a", "vm2")));

    [Fact]
    public void What_is_known_of_a_node_that_does_not_answer_yields_to_one_that_does()
    {
        var (stale, live) = (Vm("a", "vm") with { StaleSince = DateTimeOffset.UnixEpoch, Place = "b/vm" }, Vm("b", "vm"));

        var twice = Of(stale, live)!;

        Assert.Equal((true, false), (twice.IsOther(stale), twice.IsOther(live)));
    }

    [Fact]
    public void VM_of_a_node_that_does_not_answer_is_shown_while_nobody_else_has_it() => Assert.Null(Of(Vm("a", "vm") with { StaleSince = DateTimeOffset.UnixEpoch, Place = "b/vm" }));

    [Fact]
    public void VMs_without_an_identity_are_never_the_same() =>
        Assert.Null(Of(Vm("a", "vm") with { Id = null, Place = "b/vm" }, Vm("b", "vm") with { Id = null, StaleSince = DateTimeOffset.UnixEpoch }));

    private static VmsToldTwice? Of(params VmSnapshot[] vms) => VmsToldTwice.Of(vms, static vm => vm);

    private static VmSnapshot Vm(string host, string name) => new() { Id = Id, Name = name, Host = host, State = VmState.Running, RunState = "running" };
}
