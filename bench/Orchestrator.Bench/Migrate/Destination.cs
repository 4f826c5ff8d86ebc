using System.Text.Json;

namespace Orchestrator.Bench.Migrate;

/// <summary>The QEMU that a migration goes to.</summary>
/// <param name="Node">The node whose it is, from 0.</param>
/// <param name="Host">The name of its VmHost: a job's <c>to</c>.</param>
/// <param name="Name">Its sub-directory of that node's <c>--vm-dir</c>.</param>
public sealed record Destination(int Node, string Host, string Name)
{
    /// <summary>The VM's name wherever its guest is. At the beginning that is the sub-directory of this name on the first node.</summary>
    public const string Vm = "guest";

    /// <summary>Of one of many migrations to and fro: on one VmHost the other sub-directory, else the same one on the next VmHost.</summary>
    /// <param name="migration">Its number, from 0.</param>
    /// <param name="hosts">All VmHosts, in the order of their nodes.</param>
    public static Destination Of(int migration, IReadOnlyList<string> hosts)
    {
        if (hosts.Count == 1)
            return new Destination(0, hosts[0], migration % 2 == 0 ? $"{Vm}-other" : Vm);
        var node = (migration + 1) % hosts.Count;
        return new Destination(node, hosts[node], Vm);
    }

    /// <summary>Whether it awaits the guest, and the VM's node knows.</summary>
    /// <param name="vm">As <c>GET /v1/vms</c> shows it.</param>
    public bool IsPrepared(JsonElement vm) =>
        vm.TryGetProperty("migration", out var migration) && migration.GetProperty("phase").ValueEquals("Prepared") && IsMe(vm, migration.GetProperty("destination"));

    /// <summary>Whether the VM is served here, and runs.</summary>
    /// <param name="vm">As <c>GET /v1/vms</c> shows it.</param>
    public bool HasGuest(JsonElement vm) =>
        vm.GetProperty("state").ValueEquals("Running") && IsMe(vm, vm.TryGetProperty("place", out var place) ? place : vm.GetProperty("name"));

    /// <summary>Another VmHost's are shown as HOST/NAME, those of the VM's own as NAME.</summary>
    private bool IsMe(JsonElement vm, JsonElement shown) => shown.ValueEquals($"{Host}/{Name}") || (shown.ValueEquals(Name) && vm.GetProperty("host").ValueEquals(Host));
}
