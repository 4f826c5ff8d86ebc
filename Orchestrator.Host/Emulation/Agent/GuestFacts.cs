using System.Globalization;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary>What an emulated guest says of itself, and answers to all that needs no state: pure functions of its persona and the clock.</summary>
internal static class GuestFacts
{
    private const string Disk =
        """{"bus-type": "virtio", "bus": 0, "unit": 0, "pci-controller": {"bus": 0, "slot": 4, "domain": 0, "function": 0}, "dev": "/dev/vda", "target": 0}""";

    private const string NoTraffic =
        """{"tx-packets": 0, "tx-errs": 0, "rx-bytes": 0, "rx-dropped": 0, "rx-packets": 0, "rx-errs": 0, "tx-bytes": 0, "tx-dropped": 0}""";

    private const string NoAccess = """
        {"discard-sectors": 0, "write-ios": 0, "discard-ios": 0, "discard-ticks": 0, "weight-ticks": 0, "read-ios": 0, "flush-ios": 0, "write-sectors": 0, "write-merges": 0, "write-ticks": 0, "ios-pgr": 0, "read-sectors": 0, "read-merges": 0, "total-ticks": 0, "discard-merges": 0, "flush-ticks": 0, "read-ticks": 0}
        """;

    /// <summary>Nanoseconds since 1970 of the host.</summary>
    public static long HostTime(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Answers a command of the guest schema that no other place answers.</summary>
    public static Answer Of(EmulatedAgent guest, string command)
    {
        var (persona, system) = (guest.Persona, guest.Persona.System);
        return Answer.Of(command switch
        {
            "guest-get-osinfo" => $$"""{"name": "{{system.Name}}", "kernel-release": "{{system.Kernel}}", "version": "{{system.Version}}", "pretty-name": "{{system.PrettyName}}", "version-id": "{{system.VersionId}}", "kernel-version": "#1 SMP emulated", "machine": "x86_64", "id": "{{system.Id}}"}""",
            "guest-get-host-name" => $$"""{"host-name": {{System.Text.Json.JsonSerializer.Serialize(persona.Name, EmulationJson.Default.String)}}}""",
            "guest-get-timezone" => """{"zone": "UTC", "offset": 0}""",
            "guest-get-time" => (HostTime(guest.Time) + guest.ClockOffset).ToString(CultureInfo.InvariantCulture),
            "guest-get-users" => "[]",
            "guest-get-load" => """{"load1m": 0.0, "load5m": 0.0, "load15m": 0.0}""",
            "guest-get-vcpus" => """[{"online": true, "can-offline": false, "logical-id": 0}]""",
            "guest-get-cpustats" => """[{"cpu": 0, "guestnice": 0, "idle": 0, "steal": 0, "iowait": 0, "system": 0, "guest": 0, "nice": 0, "irq": 0, "type": "linux", "user": 0, "softirq": 0}]""",
            "guest-get-memory-blocks" => """[{"online": true, "can-offline": true, "phys-index": 0}]""",
            "guest-get-memory-block-info" => """{"size": 134217728}""",
            "guest-get-disks" => $$"""[{"name": "/dev/vda", "dependencies": [], "partition": false, "address": {{Disk}}}]""",
            "guest-get-diskstats" => $$"""[{"name": "vda", "stats": {{NoAccess}}, "minor": 0, "major": 254}]""",
            "guest-get-fsinfo" => $$"""[{"name": "vda", "total-bytes": 10737418240, "mountpoint": "/", "disk": [{{Disk}}], "used-bytes": 2147483648, "type": "ext4"}]""",
            "guest-fstrim" => """{"paths": [{"path": "/", "trimmed": 0, "minimum": 0}]}""",
            "guest-network-get-interfaces" => Interfaces(persona),
            "guest-network-get-route" => """[{"iface": "eth0", "destination": "0.0.0.0", "metric": 0, "gateway": "10.0.0.1", "mask": "0.0.0.0", "flags": 3, "version": 4}]""",
            "guest-ssh-get-authorized-keys" => """{"keys": []}""",
            "guest-ssh-add-authorized-keys" or "guest-ssh-remove-authorized-keys" => "{}",
            _ => throw new InvalidOperationException($"the guest schema has {command}, and nothing answers it"),
        });
    }

    private static string Interfaces(Persona persona)
    {
        var octets = persona.Address.Split('.').Select(octet => byte.Parse(octet, CultureInfo.InvariantCulture).ToString("x2", CultureInfo.InvariantCulture)).ToArray();
        return $$"""
            [{"name": "lo", "ip-addresses": [{"ip-address-type": "ipv4", "ip-address": "127.0.0.1", "prefix": 8}, {"ip-address-type": "ipv6", "ip-address": "::1", "prefix": 128}], "statistics": {{NoTraffic}}, "hardware-address": "00:00:00:00:00:00"}, {"name": "eth0", "ip-addresses": [{"ip-address-type": "ipv4", "ip-address": "{{persona.Address}}", "prefix": 8}], "statistics": {{NoTraffic}}, "hardware-address": "52:54:{{string.Join(':', octets)}}"}]
            """;
    }
}
