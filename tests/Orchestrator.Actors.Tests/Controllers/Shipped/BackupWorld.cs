using System.Text.Json;
using Orchestrator.Actors.Controllers.Shipped.Backup;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

/// <summary>A fleet whose snapshots succeed, fail or hang, and <c>backup</c> beside it.</summary>
internal sealed class BackupWorld
{
    private readonly HashSet<VmId> _underWay = [];

    public BackupWorld(int vms, params (string Name, string Value)[] options)
        : this(vms, isShadow: false, options)
    {
    }

    public BackupWorld(int vms, bool isShadow, params (string Name, string Value)[] options)
    {
        Rig = new ShippedRig(() => new BackupController(ShippedRig.Options(options)), isShadow) { Snapshot = TakeAsync };
        Rig.Vms = [.. Enumerable.Range(1, vms).Select(number => ShippedRig.Running($"web{number}", Id(number)))];
    }

    public ShippedRig Rig { get; }

    /// <summary>VMs whose snapshots fail, by name.</summary>
    public Dictionary<string, string> Failing { get; } = [];

    /// <summary>What every snapshot waits for, if anything.</summary>
    public Task? Gate { get; set; }

    public int MostUnderWay { get; private set; }

    public IEnumerable<string> Completed => GroupsOf("BACKUP_COMPLETED");

    public IEnumerable<string> Failed => GroupsOf("BACKUP_FAILED");

    public static VmId Id(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]));

    public static string Key(int number) => Id(number).ToString();

    /// <summary>Somebody asks for all groups.</summary>
    public Task AskForAllAsync() => Rig.HappensAsync(Rig.Event("BACKUP_REQUESTED") with { Vm = null, VmName = "" });

    public Task AskForGroupAsync(string group) => Rig.HappensAsync(Rig.Event("BACKUP_REQUESTED", JsonSerializer.Serialize(new Dictionary<string, string> { ["group"] = group })) with { Vm = null, VmName = "" });

    public Task AskForVmAsync(int number, string name = "BACKUP_REQUESTED") => Rig.HappensAsync(Rig.Event(name) with { Vm = Id(number), VmName = $"web{number}" });

    /// <summary>A kill takes what was under way with it.</summary>
    public void ForgetUnderWay() => _underWay.Clear();

    private IEnumerable<string> GroupsOf(string name) => Rig.Published.Where(published => published.Name == name).Select(published => published.Data.GetProperty("group").GetString()!);

    private async Task<FreezeReplies.Snapshots> TakeAsync(SnapshotSpec spec)
    {
        var vms = Rig.Vms.Where(spec.Target.Matches).ToArray();
        Assert.NotEmpty(vms);
        foreach (var vm in vms)
            Assert.True(_underWay.Add(vm.Id!.Value), $"two snapshots of {vm.Name} at a time");
        MostUnderWay = Math.Max(MostUnderWay, _underWay.Count);
        if (Gate is not null)
            await Gate;
        else
            Rig.Time.Advance(TimeSpan.FromMilliseconds(20));
        foreach (var vm in vms)
            _underWay.Remove(vm.Id!.Value);
        return new FreezeReplies.Snapshots("01GROUP", TimeSpan.FromMilliseconds(0.4), [.. vms.Select(vm => Of(vm, spec))]);
    }

    private VmDiskSnapshot Of(VmSnapshot vm, SnapshotSpec spec) => Failing.TryGetValue(vm.Name, out var reason)
        ? new VmDiskSnapshot(vm, reason == Reasons.NoWritableDisk ? Phase.Skipped : Phase.Failed) { Reason = reason, Message = "so it is" }
        : new VmDiskSnapshot(vm, Phase.Succeeded)
        {
            Consistency = vm.State == VmState.Running ? Consistency.Fs : Consistency.Offline,
            Files = [new DiskFile("disk0", $"/vm/{vm.Name}.img", $"/vm/{vm.Name}.disk0.{spec.Name}.qcow2")],
        };
}
