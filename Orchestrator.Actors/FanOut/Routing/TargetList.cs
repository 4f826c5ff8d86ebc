using System.Text;
using Akka.Actor;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>A VM as another node names it.</summary>
/// <param name="Ordinal">Its place in the job's target list.</param>
/// <param name="Path">Of its actor, without address and number: <c>/user/vm-host/web01</c>. It is the same after a restart of the node.</param>
/// <param name="Identity">What its identity must agree with (<see cref="TargetList.IdentityOf"/>); empty if it never told one.</param>
internal readonly record struct RoutedTarget(int Ordinal, string Path, string Identity);

/// <summary>
/// Targets in a message: ordinals as runs, and paths as what each has not in common with the one before it, because thousands of neighbours differ by
/// a character. ASCII.
/// </summary>
/// <param name="Ordinals">Start and length of each run.</param>
/// <param name="Paths">For each target a character for the length of the common beginning, the rest of its path, <c>#</c>, its identity, and a space.</param>
internal sealed record TargetList(IReadOnlyList<int> Ordinals, string Paths)
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

    /// <summary>Lists of at most so many characters; one target fits any.</summary>
    /// <param name="targets">In ascending order of their ordinals.</param>
    /// <param name="maxLength">Of <see cref="Paths"/> and what the ordinals take.</param>
    public static IEnumerable<TargetList> Cut(IEnumerable<RoutedTarget> targets, int maxLength)
    {
        var (ordinals, paths, last) = (new List<int>(), new StringBuilder(), "");
        foreach (var target in targets)
        {
            var common = CommonLength(last, target.Path);
            var size = paths.Length + target.Path.Length - common + target.Identity.Length + 3 + (ordinals.Count * 8);
            if (paths.Length > 0 && size > maxLength)
            {
                yield return new TargetList([.. ordinals], paths.ToString());
                ordinals.Clear();
                paths.Clear();
                common = 0;
            }
            paths.Append(Digits[common]).Append(target.Path, common, target.Path.Length - common).Append('#').Append(target.Identity).Append(' ');
            if (ordinals.Count > 0 && ordinals[^2] + ordinals[^1] == target.Ordinal)
                ordinals[^1]++;
            else
                ordinals.AddRange([target.Ordinal, 1]);
            last = target.Path;
        }
        if (paths.Length > 0)
            yield return new TargetList([.. ordinals], paths.ToString());
    }

    /// <summary>The targets again.</summary>
    /// <exception cref="FormatException">It is no such list.</exception>
    public IEnumerable<RoutedTarget> Read()
    {
        var (at, last) = (0, "");
        for (var run = 0; run + 1 < Ordinals.Count; run += 2)
        {
            for (var ordinal = Ordinals[run]; ordinal < Ordinals[run] + Ordinals[run + 1]; ordinal++)
            {
                var end = Paths.IndexOf(' ', at);
                var mark = end < 0 ? -1 : Paths.IndexOf('#', at, end - at);
                var common = mark < 0 ? -1 : Digits.IndexOf(Paths[at], StringComparison.Ordinal);
                if (common < 0 || common > last.Length)
                    throw new FormatException($"the list of targets is broken at its character {at}");
                last = string.Concat(last.AsSpan(0, common), Paths.AsSpan(at + 1, mark - at - 1));
                yield return new RoutedTarget(ordinal, last, Paths[(mark + 1)..end]);
                at = end + 1;
            }
        }
    }

    /// <summary>Of a VM's actor.</summary>
    public static string PathOf(IActorRef vm) => vm.Path.ToStringWithoutAddress();

    /// <summary>Eight characters that tell one VM's identity from another's, if not on purpose: an identity in full would take half of a message.</summary>
    public static string IdentityOf(VmId? id)
    {
        if (id is not { Value: var value })
            return "";
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes);
        var folded = 0UL;
        for (var at = 0; at < bytes.Length; at++)
            folded ^= (ulong)bytes[at] << (at % 6 * 8);
        return string.Create(8, folded, static (text, rest) =>
        {
            for (var at = 0; at < text.Length; at++, rest >>= 6)
                text[at] = Digits[(int)(rest & 63)];
        });
    }

    private static int CommonLength(string one, string other)
    {
        var most = Math.Min(Math.Min(one.Length, other.Length), Digits.Length - 1);
        var length = 0;
        while (length < most && one[length] == other[length])
            length++;
        return length;
    }
}
