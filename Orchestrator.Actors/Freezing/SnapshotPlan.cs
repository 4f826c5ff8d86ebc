using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing;

/// <summary>What is done to a VM's disks: one transaction of QEMU's, all or none. Made by pure functions.</summary>
/// <param name="Files">Its disks; none if there is nothing to do.</param>
/// <param name="Transaction">The command.</param>
/// <param name="Trouble">Why there is none; <see langword="null"/> if there is.</param>
internal sealed record SnapshotPlan(IReadOnlyList<DiskFile> Files, EncodedCommand? Transaction, string? Trouble)
{
    private const int MaxNodeName = 31;

    /// <summary>What tells a VM's disks.</summary>
    public static readonly EncodedCommand QueryBlock = EncodedCommand.ForQmp("query-block");

    /// <summary>For QEMU's answer to it.</summary>
    public static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(10);

    /// <summary>From QEMU's answer to <c>query-block</c>: every writable disk that is no removable medium, and no firmware's flash.</summary>
    /// <param name="queryBlock">The answer.</param>
    /// <param name="vm">The VM's name.</param>
    /// <param name="snapshot">Part of the new files' names.</param>
    /// <param name="into">Where they go; <see langword="null"/> for beside each disk.</param>
    /// <param name="exists">Whether a file is there already.</param>
    public static SnapshotPlan Of(ReadOnlySpan<byte> queryBlock, string vm, string snapshot, string? into, Predicate<string> exists)
    {
        var disks = JsonElement.Parse(queryBlock).EnumerateArray().Where(IsWritableDisk).ToArray();
        var inUse = disks.SelectMany(disk => FilesOf(disk.GetProperty("inserted"))).ToHashSet(StringComparer.Ordinal);
        var files = new List<DiskFile>();
        var actions = new JsonArray();
        foreach (var disk in disks)
        {
            var inserted = disk.GetProperty("inserted");
            var (name, file) = (NameOf(disk, inserted), Text(inserted, "file") ?? "");
            if ((into ?? Path.GetDirectoryName(file)) is not { } directory || !Path.IsPathRooted(directory))
                return new SnapshotPlan([], null, $"the disk {name} ('{file}') is no local file: say where its new one goes (--dir)");
            var overlay = Path.Combine(directory, $"{Harmless(vm)}.{Harmless(name)}.{snapshot}.qcow2");
            if (inUse.Contains(overlay) || files.Any(other => other.Overlay == overlay) || exists(overlay))
                return new SnapshotPlan([], null, $"{overlay} exists: choose another name");
            files.Add(new DiskFile(name, file, overlay));
            actions.Add(ActionOf(disk, inserted, overlay, $"{actions.Count}-{snapshot}"));
        }
        if (files.Count == 0)
            return new SnapshotPlan([], null, null);
        using var arguments = JsonDocument.Parse(new JsonObject { ["actions"] = actions }.ToJsonString());
        return new SnapshotPlan(files, EncodedCommand.ForQmp("transaction", arguments.RootElement), null);
    }

    private static bool IsWritableDisk(JsonElement disk) =>
        disk.TryGetProperty("inserted", out var inserted) && !inserted.GetProperty("ro").GetBoolean()
        && !(disk.TryGetProperty("removable", out var removable) && removable.GetBoolean())
        && Text(disk, "device")?.StartsWith("pflash", StringComparison.Ordinal) != true;

    /// <summary>A disk of <c>-drive</c> is known by its device, one of <c>-blockdev</c> by its node, which needs a name for the new one.</summary>
    private static JsonObject ActionOf(JsonElement disk, JsonElement inserted, string overlay, string nodeSuffix)
    {
        var data = new JsonObject { ["snapshot-file"] = overlay, ["format"] = "qcow2", ["mode"] = "absolute-paths" };
        if (Text(disk, "device") is { Length: > 0 } device)
        {
            data["device"] = device;
        }
        else
        {
            var node = $"snap{nodeSuffix}";
            data["node-name"] = Text(inserted, "node-name");
            data["snapshot-node-name"] = node.Length <= MaxNodeName ? node : node[..MaxNodeName];
        }
        return new JsonObject { ["type"] = "blockdev-snapshot-sync", ["data"] = data };
    }

    private static string NameOf(JsonElement disk, JsonElement inserted) =>
        Text(disk, "device") is { Length: > 0 } device ? device : Text(inserted, "node-name") is { Length: > 0 } node ? node : Text(disk, "qdev") ?? "disk";

    private static IEnumerable<string> FilesOf(JsonElement inserted)
    {
        if (Text(inserted, "file") is { } file)
            yield return file;
        for (var image = inserted.TryGetProperty("image", out var top) ? top : default; image.ValueKind == JsonValueKind.Object; image = image.TryGetProperty("backing-image", out var below) ? below : default)
        {
            if (Text(image, "filename") is { } name)
                yield return name;
        }
    }

    private static string Harmless(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_'));

    private static string? Text(JsonElement value, string member) => value.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
