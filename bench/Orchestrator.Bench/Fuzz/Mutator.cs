namespace Orchestrator.Bench.Fuzz;

/// <summary>Makes inputs that are like others, and a little worse.</summary>
public sealed class Mutator(Random random, IReadOnlyList<byte[]> words)
{
    private const int MaxLength = 8192;
    private const int MaxChanges = 6;
    private const int MaxPiece = 64;

    /// <summary>The input with one to six changes, at most 8 KiB long.</summary>
    /// <param name="input">Stays as it is.</param>
    /// <param name="other">Lends pieces of itself.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var mutant = new List<byte>(input);
        for (var changes = random.Next(1, MaxChanges + 1); changes > 0; changes--)
            Change(mutant, other);
        return [.. mutant.Take(MaxLength)];
    }

    private void Change(List<byte> mutant, byte[] other)
    {
        var place = random.Next(mutant.Count + 1);
        var length = Math.Min(random.Next(MaxPiece), mutant.Count - place);
        switch (random.Next(6))
        {
            case 0 when place < mutant.Count:
                mutant[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                mutant.Insert(place, (byte)random.Next(256));
                break;
            case 2:
                mutant.RemoveRange(place, length);
                break;
            case 3:
                // Twice the same, or many times: names given twice, deep nesting.
                var piece = mutant.GetRange(place, length);
                for (var copies = 1 << random.Next(8); copies > 0 && mutant.Count < MaxLength; copies--)
                    mutant.InsertRange(place, piece);
                break;
            case 4:
                mutant.InsertRange(place, words[random.Next(words.Count)]);
                break;
            default:
                var start = random.Next(other.Length + 1);
                mutant.InsertRange(place, other.AsSpan(start, Math.Min(random.Next(MaxPiece), other.Length - start)).ToArray());
                break;
        }
    }
}
