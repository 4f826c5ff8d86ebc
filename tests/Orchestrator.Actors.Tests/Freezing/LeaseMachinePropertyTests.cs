using CsCheck;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class LeaseMachinePropertyTests
{
    private static readonly Gen<int[]> Steps = Gen.Int[0, 13].Array[0, 80];

    /// <summary>
    /// Replies, time-outs, cuts, kills of the node, heartbeats, failing thaws and a failing disk in any order: as soon as everything works again, no
    /// guest is frozen and no lease is left.
    /// </summary>
    [Fact]
    public void Whatever_happens_the_guest_is_thawed_in_the_end() => Steps.Sample(steps =>
    {
        var world = new LeaseWorld();
        foreach (var step in steps)
            world.Step(step);
        world.Settle();
        return !world.IsGuestFrozen && world.Machine.Phase == LeasePhase.Thawed;
    }, iter: 20_000);

    /// <summary>A kill of the node at any moment is followed by a thaw, because the disk knows of the lease for as long as the guest may be frozen.</summary>
    [Fact]
    public void At_no_moment_may_a_guest_be_frozen_without_a_lease_on_disk() => Steps.Sample(steps =>
    {
        var world = new LeaseWorld();
        foreach (var step in steps)
        {
            world.Step(step);
            Assert.False(world.IsUnprotected, string.Join(", ", world.History));
        }
    }, iter: 20_000);

    [Fact]
    public void A_machine_with_a_lease_is_always_on_its_way_to_a_thaw() => Steps.Sample(steps =>
    {
        var world = new LeaseWorld();
        foreach (var step in steps)
            world.Step(step);
        return !world.IsGuestFrozen || world.Machine.Phase != LeasePhase.Thawed || world.Row is not null;
    });
}
