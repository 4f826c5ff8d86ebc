using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Protocol.Guest;

namespace Orchestrator.Actors.Controllers.Shipped.Facts;

/// <summary>Facts from what an agent answered: pure functions. A fact without a value is taken away.</summary>
internal static class GuestFacts
{
    /// <summary>Filesystems that are always full.</summary>
    private static readonly HashSet<string> ReadOnlyTypes = new(StringComparer.OrdinalIgnoreCase) { "squashfs", "iso9660", "udf", "cramfs", "erofs", "cdfs" };

    /// <summary><c>os.hostname</c>, <c>os.timezone</c>.</summary>
    public static IEnumerable<(string Fact, string? Value)> Os(GuestHostName? host, GuestTimezone? zone) =>
    [
        ("os.hostname", host is null ? null : FactText.Clean(host.HostName)),
        ("os.timezone", zone is null ? null : zone.Zone is { } name ? FactText.Clean(name) : string.Create(CultureInfo.InvariantCulture, $"{zone.Offset / 60:+0;-0;0} min")),
    ];

    /// <summary>
    /// <c>net.address</c> (the first global one, IPv4 before IPv6), <c>net.addresses</c> (all that reach beyond the link), <c>net.interfaces</c> and <c>net.macs</c>
    /// (without loopbacks).
    /// </summary>
    public static IEnumerable<(string Fact, string? Value)> Net(IReadOnlyList<GuestNetworkInterface> interfaces)
    {
        var addresses = interfaces.SelectMany(card => card.IpAddresses ?? []).Select(address => Global(address.IpAddress)).OfType<IPAddress>().Distinct().ToArray();
        var sorted = addresses.OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).Select(address => address.ToString()).ToArray();
        var cards = interfaces.Where(card => !IsLoopback(card)).ToArray();
        return
        [
            ("net.address", sorted.FirstOrDefault()),
            ("net.addresses", FactText.List(sorted)),
            ("net.interfaces", FactText.List([.. cards.Select(card => card.Name).Distinct()])),
            ("net.macs", FactText.List([.. cards.Select(card => card.HardwareAddress?.ToLowerInvariant()).OfType<string>().Distinct()])),
        ];
    }

    /// <summary><c>fs.mounts</c>; <c>fs.used-percent</c> of the fullest filesystem that can be written to, rounded up, and <c>fs.fullest</c>, where it is mounted.</summary>
    public static IEnumerable<(string Fact, string? Value)> Fs(IReadOnlyList<GuestFilesystemInfo> filesystems)
    {
        var fullest = filesystems
            .Where(filesystem => !ReadOnlyTypes.Contains(filesystem.Type) && filesystem is { TotalBytes: > 0, UsedBytes: not null })
            .Select(filesystem => (filesystem.MountPoint, Percent: Percent(filesystem.UsedBytes!.Value, filesystem.TotalBytes!.Value)))
            .OrderByDescending(filesystem => filesystem.Percent).ThenBy(filesystem => filesystem.MountPoint, StringComparer.Ordinal)
            .Select(filesystem => ((string MountPoint, int Percent)?)filesystem)
            .FirstOrDefault();
        return
        [
            ("fs.mounts", FactText.List([.. filesystems.Select(filesystem => filesystem.MountPoint).Distinct().Order(StringComparer.Ordinal)])),
            ("fs.used-percent", fullest?.Percent.ToString(CultureInfo.InvariantCulture)),
            ("fs.fullest", fullest is null ? null : FactText.Clean(fullest.Value.MountPoint)),
        ];
    }

    /// <summary><c>users</c>: who is logged in, each once; <c>users.count</c>.</summary>
    public static IEnumerable<(string Fact, string? Value)> Users(IReadOnlyList<GuestUser> users)
    {
        var names = users.Select(user => string.IsNullOrEmpty(user.Domain) ? user.User : $@"{user.Domain}\{user.User}").Distinct().Order(StringComparer.Ordinal).ToArray();
        return [("users", FactText.List(names)), ("users.count", names.Length.ToString(CultureInfo.InvariantCulture))];
    }

    private static int Percent(ulong used, ulong total) => used >= total ? 100 : (int)Math.Ceiling(100.0 * used / total);

    private static IPAddress? Global(string text) =>
        IPAddress.TryParse(text, out var address)
        && !IPAddress.IsLoopback(address)
        && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..] or [>= 224, ..])
            ? address
            : null;

    private static bool IsLoopback(GuestNetworkInterface card) =>
        card.IpAddresses is { Count: > 0 } addresses && addresses.All(address => IPAddress.TryParse(address.IpAddress, out var parsed) && IPAddress.IsLoopback(parsed));
}
