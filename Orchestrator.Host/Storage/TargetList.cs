using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Storage;

/// <summary>A frozen target list as one value: about 25 bytes a target, so that a job of ten thousand is one row.</summary>
internal static class TargetList
{
    private const byte Version = 1;

    /// <summary>The names of VmHosts once, then each target's host, identity and name.</summary>
    public static byte[] Write(IReadOnlyList<StoredTarget> targets)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var hosts = targets.Select(target => target.Host).Distinct(StringComparer.Ordinal).Select((host, at) => (host, at)).ToDictionary(StringComparer.Ordinal);
        writer.Write(Version);
        writer.Write7BitEncodedInt(hosts.Count);
        foreach (var host in hosts.Keys)
            writer.Write(host);
        writer.Write7BitEncodedInt(targets.Count);
        Span<byte> id = stackalloc byte[16];
        foreach (var target in targets)
        {
            writer.Write7BitEncodedInt(hosts[target.Host]);
            writer.Write(target.Vm is not null);
            if (target.Vm is { } vm && vm.Value.TryWriteBytes(id))
                writer.Write(id);
            writer.Write(target.Name);
        }
        return bytes.ToArray();
    }

    /// <summary>As it was written.</summary>
    /// <exception cref="InvalidDataException">A newer version of this program wrote it.</exception>
    public static IReadOnlyList<StoredTarget> Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadByte() is not Version and var version)
            throw new InvalidDataException($"a target list of version {version}");
        var hosts = new string[reader.Read7BitEncodedInt()];
        for (var at = 0; at < hosts.Length; at++)
            hosts[at] = reader.ReadString();
        var targets = new StoredTarget[reader.Read7BitEncodedInt()];
        for (var at = 0; at < targets.Length; at++)
        {
            var host = hosts[reader.Read7BitEncodedInt()];
            var vm = reader.ReadBoolean() ? new VmId(new Guid(reader.ReadBytes(16))) : (VmId?)null;
            targets[at] = new StoredTarget(vm, reader.ReadString(), host);
        }
        return targets;
    }
}
