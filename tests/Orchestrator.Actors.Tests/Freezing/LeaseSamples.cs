using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Freezing;

internal static class LeaseSamples
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static FreezeLease Lease(string id = "lease1", string vm = "web1", string owner = "backup", double ttl = 60) => new()
    {
        Id = id,
        Group = "group1",
        Host = "host1",
        Vm = vm,
        Owner = owner,
        Ttl = TimeSpan.FromSeconds(ttl),
        Deadline = Start + TimeSpan.FromSeconds(ttl),
    };

    public static VmSnapshot Vm(string name = "web1", VmState state = VmState.Running, string? runState = "running") =>
        new() { Name = name, Host = "host1", State = state, RunState = runState, Agent = AgentState.Ready };

    /// <summary>A machine to which these things have happened.</summary>
    public static LeaseMachine After(params LeaseInput[] inputs) => inputs.Aggregate(LeaseMachine.Thawed, (machine, input) => machine.On(input).Next);

    public static LeaseMachine Prepared => After(new LeaseInput.Prepare(Lease()), new LeaseInput.Recorded(null));

    public static LeaseMachine Frozen(int filesystems = 1) =>
        Prepared.On(new LeaseInput.Freeze()).Next.On(new LeaseInput.FreezeEnded(FreezeEnd.Frozen, filesystems)).Next;
}
