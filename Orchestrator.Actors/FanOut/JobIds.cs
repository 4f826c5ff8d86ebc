using System.Security.Cryptography;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// Ids of jobs: ULIDs (https://github.com/ulid/spec). They sort, as text, by the millisecond of their creation,
/// in no order within one millisecond, and cannot be guessed.
/// </summary>
public static class JobIds
{
    /// <summary>Characters of an id.</summary>
    public const int Length = 26;

    // Crockford's base 32: no I, L, O and U.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int TimeCharacters = 10;

    /// <summary>When an id was made: its first ten characters.</summary>
    internal static DateTimeOffset TimeOf(string id)
    {
        var milliseconds = 0L;
        foreach (var character in id.AsSpan(0, TimeCharacters))
            milliseconds = (milliseconds << 5) | (long)Math.Max(0, Alphabet.IndexOf(character));
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
    }

    /// <summary>A new id: 48 bits of Unix time in milliseconds (0 before 1970), then 80 random bits.</summary>
    /// <param name="time">Clock.</param>
    /// <param name="partition">Its last character, one of the alphabet's, in a cluster (<see cref="JobPartition"/>): 75 bits are random then.</param>
    public static string Next(TimeProvider time, char? partition = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (partition is { } last && !Alphabet.Contains(last, StringComparison.Ordinal))
            throw new ArgumentOutOfRangeException(nameof(partition), last, $"a partition is one of {Alphabet}");
        var id = Random(time);
        return partition is { } of ? string.Concat(id.AsSpan(0, Length - 1), [of]) : id;
    }

    private static string Random(TimeProvider time) =>
        string.Create(Length, Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds()), static (id, milliseconds) =>
        {
            for (var at = TimeCharacters - 1; at >= 0; at--, milliseconds >>= 5)
            {
                id[at] = Alphabet[(int)(milliseconds & 31)];
            }

            // Every character takes five random bits of its own, so a byte each with three bits unused is the same.
            Span<byte> random = stackalloc byte[Length - TimeCharacters];
            RandomNumberGenerator.Fill(random);
            for (var at = TimeCharacters; at < Length; at++)
            {
                id[at] = Alphabet[random[at - TimeCharacters] & 31];
            }
        });
}
