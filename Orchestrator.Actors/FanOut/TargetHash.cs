using System.Security.Cryptography;
using System.Text;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut;

/// <summary>What tells one set of targets from another, whatever their order: by identity, or by VmHost and name where QMP never told it.</summary>
public static class TargetHash
{
    /// <summary>64 hexadecimal digits (SHA-256).</summary>
    public static string Of(IEnumerable<VmSnapshot> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var lines = targets.Select(vm => vm.Id is { } id ? id.ToString() : NameOf(vm)).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    /// <summary>Such as <c>node1/web01</c>.</summary>
    public static string NameOf(VmSnapshot vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return $"{vm.Host}/{vm.Name}";
    }

    /// <summary>For people: which came and which left, at most five of each.</summary>
    /// <param name="expected">Names as <see cref="NameOf"/> says; possibly none.</param>
    /// <param name="targets">What there is now.</param>
    public static string Difference(IReadOnlyList<string> expected, IEnumerable<VmSnapshot> targets)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var now = targets.Select(NameOf).ToArray();
        if (expected.Count == 0)
            return $"there are {now.Length} targets now";
        var (came, left) = (now.Except(expected).ToArray(), expected.Except(now).ToArray());
        return came.Length + left.Length == 0 ? "VMs of the same names are others now" : $"{Names("came", came)}{(came.Length > 0 && left.Length > 0 ? "; " : "")}{Names("left", left)}";
    }

    private static string Names(string what, string[] names) =>
        names.Length == 0 ? "" : $"{names.Length} {what} ({string.Join(", ", names.Take(5))}{(names.Length > 5 ? ", …" : "")})";
}
