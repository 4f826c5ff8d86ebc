using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>Reads what a guest tells of itself, from answers that passed the schema.</summary>
internal static class ObservedReader
{
    /// <summary>Addresses of all interfaces together that are looked at.</summary>
    public const int MaxAddresses = 1024;

    private const int MaxFactLength = 256;

    /// <summary>All facts that come of looking.</summary>
    public static readonly IReadOnlyList<string> AllFacts = ["net.addresses", "net.interfaces", "users", "fs.mounts"];

    /// <summary>The facts that come of one aspect.</summary>
    public static IReadOnlyList<string> FactsOf(GuestAspects aspect) => aspect switch
    {
        GuestAspects.Network => ["net.addresses", "net.interfaces"],
        GuestAspects.Users => ["users"],
        GuestAspects.Filesystems => ["fs.mounts"],
        _ => [],
    };

    /// <summary>The answer to the command of one aspect (<see cref="ObservationRules.CommandOf"/>).</summary>
    public static ObservedState Read(GuestAspects aspect, ReadOnlyMemory<byte> answer)
    {
        using var document = JsonDocument.Parse(answer);
        return aspect switch
        {
            GuestAspects.Network => Network(document.RootElement),
            GuestAspects.Users => Users(document.RootElement),
            _ => Filesystems(document.RootElement),
        };
    }

    /// <summary>Interfaces of the same name are one, with the addresses of all.</summary>
    private static ObservedState Network(JsonElement answer)
    {
        var left = MaxAddresses;
        var (items, global, names) = (new List<ObservedItem>(), new SortedSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var same in answer.EnumerateArray().GroupBy(item => Text(item, "name")!, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Take(ObservedState.MaxItems))
        {
            var hardware = same.Select(item => Text(item, "hardware-address")).FirstOrDefault(text => text is not null);
            var addresses = same.SelectMany(Addresses).Distinct().Order().Take(left).ToArray();
            left -= addresses.Length;
            names.Add(same.Key);
            global.UnionWith(addresses.Where(address => IsGlobal(address.Address)).Select(address => address.Address));
            items.Add(Item(same.Key, null, writer => WriteInterface(writer, same.Key, hardware, addresses)));
        }
        return ObservedState.Of(items, [new("net.addresses", Join(global)), new("net.interfaces", Join(names))]);
    }

    private static IEnumerable<(string Address, string Type, long Prefix)> Addresses(JsonElement item) =>
        !item.TryGetProperty("ip-addresses", out var addresses) ? []
        : addresses.EnumerateArray().Select(address => (Text(address, "ip-address")!, Text(address, "ip-address-type")!, address.GetProperty("prefix").GetInt64()));

    private static void WriteInterface(Utf8JsonWriter writer, string name, string? hardware, (string Address, string Type, long Prefix)[] addresses)
    {
        writer.WriteString("name", name);
        if (hardware is not null)
            writer.WriteString("hardware-address", hardware);
        writer.WriteStartArray("ip-addresses");
        foreach (var (address, type, prefix) in addresses)
        {
            writer.WriteStartObject();
            writer.WriteString("ip-address", address);
            writer.WriteString("ip-address-type", type);
            writer.WriteNumber("prefix", prefix);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static ObservedState Users(JsonElement answer)
    {
        var items = answer.EnumerateArray().Select(user => Item($"{Text(user, "domain")}\\{Text(user, "user")}", null, writer =>
        {
            writer.WriteString("user", Text(user, "user"));
            writer.WritePropertyName("login-time");
            user.GetProperty("login-time").WriteTo(writer);
            if (Text(user, "domain") is { } domain)
                writer.WriteString("domain", domain);
        }));
        var names = answer.EnumerateArray().Select(user => Text(user, "user")!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return ObservedState.Of(items, [new("users", Join(names))]);
    }

    /// <summary>Of filesystems that are mounted over each other, the last is the one that is seen there.</summary>
    private static ObservedState Filesystems(JsonElement answer)
    {
        var items = answer.EnumerateArray().Reverse().Select(Filesystem);
        var mounts = answer.EnumerateArray().Select(item => Text(item, "mountpoint")!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return ObservedState.Of(items, [new("fs.mounts", Join(mounts))]);
    }

    private static ObservedItem Filesystem(JsonElement item)
    {
        var (name, mountpoint, type) = (Text(item, "name")!, Text(item, "mountpoint")!, Text(item, "type")!);
        var (total, used) = (Number(item, "total-bytes"), Number(item, "used-bytes"));
        return Item(mountpoint, $"{name}\n{type}", writer =>
        {
            writer.WriteString("name", name);
            writer.WriteString("mountpoint", mountpoint);
            writer.WriteString("type", type);
            if (total is { } size)
                writer.WriteNumber("total-bytes", size);
            if (used is { } bytes)
                writer.WriteNumber("used-bytes", bytes);
        }) with
        { Size = Number(item, "total-bytes-privileged") ?? total };
    }

    /// <summary>Without a mark of its own, all that is told of it is its mark.</summary>
    private static ObservedItem Item(string key, string? mark, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        var json = stream.ToArray();
        return new ObservedItem(key, mark ?? Encoding.UTF8.GetString(json), json);
    }

    /// <summary>Whether others may reach a guest by it: neither its own loopback nor one of the link, nor a group's.</summary>
    private static bool IsGlobal(string text) =>
        IPAddress.TryParse(text, out var address)
        && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
        && !(address.AddressFamily == AddressFamily.InterNetwork
            ? address.GetAddressBytes() is [169, 254, ..] or [>= 224, ..]
            : address.IsIPv6LinkLocal || address.IsIPv6Multicast);

    /// <summary>As many as fit, whole, with an ellipsis where some do not.</summary>
    private static string Join(IEnumerable<string> texts)
    {
        var joined = new StringBuilder();
        foreach (var text in texts)
        {
            if (joined.Length + 1 + text.Length > MaxFactLength)
                return joined.Append('…').ToString();
            joined.Append(joined.Length > 0 ? "," : "").Append(text);
        }
        return joined.ToString();
    }

    private static string? Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) ? GuestText.Cut(value.GetString()!, ObservedState.MaxText) : null;

    private static ulong? Number(JsonElement item, string member) => item.TryGetProperty(member, out var value) ? value.GetUInt64() : null;
}
