using System.Globalization;

namespace Orchestrator.Host.Emulation;

/// <summary>What goes wrong in an emulated fleet: shares of its VMs that have a trait, and the share of commands in whose place the connection is cut.</summary>
/// <param name="Shares">By trait, from 0 to 1, at most 1 together; a VM has one trait.</param>
/// <param name="Cut">Of the commands to agents, from 0 to 1.</param>
internal sealed record Chaos(IReadOnlyList<(Trait Trait, double Share)> Shares, double Cut)
{
    /// <summary>The form of <see cref="Parse"/>, for help.</summary>
    public const string Form = "silent=P,absent=P,paused=P,slow=P,restart=P,cut=P";

    /// <summary>Nothing goes wrong.</summary>
    public static readonly Chaos None = new([], 0);

    /// <summary>Reads <c>silent=1%,cut=0.1%</c>.</summary>
    /// <exception cref="FormatException">An unknown word, one given twice, no percentage, or more than 100 % of the VMs.</exception>
    public static Chaos Parse(string text)
    {
        var shares = new List<(Trait Trait, double Share)>();
        double? cut = null;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (word, share) = part.Split('=') is [var name, var value] ? (name, ShareOf(part, value)) : throw Wrong(part);
            if (word == "cut" && cut is null)
                cut = share;
            else if (TraitOf(word) is { } trait && shares.TrueForAll(other => other.Trait != trait))
                shares.Add((trait, share));
            else
                throw Wrong(part);
        }
        var all = shares.Sum(share => share.Share);
        return all <= 1 + 1e-9 ? new Chaos(shares, cut ?? 0) : throw new FormatException($"the shares of VMs come to {all:P0}; a VM has one of them, so they are at most 100% together");
    }

    /// <summary>The trait of a VM.</summary>
    /// <param name="lot">The VM's own, from 0 to below 1.</param>
    public Trait Of(double lot)
    {
        foreach (var (trait, share) in Shares)
        {
            if (lot < share)
                return trait;
            lot -= share;
        }
        return Trait.None;
    }

    private static Trait? TraitOf(string word) => word switch
    {
        "silent" => Trait.Silent,
        "absent" => Trait.Absent,
        "paused" => Trait.Paused,
        "slow" => Trait.Slow,
        "restart" => Trait.Restarting,
        _ => null,
    };

    private static double ShareOf(string part, string value) =>
        value.EndsWith('%') && double.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            ? percent / 100
            : throw Wrong(part);

    private static FormatException Wrong(string part) => new($"'{part}' is none of {Form}, each once, where P is a percentage such as 1%");
}
