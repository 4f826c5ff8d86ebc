namespace Orchestrator.Host.Cli.Results;

/// <summary>
/// How one list of lines becomes another with few insertions and deletions (E. Myers, "An O(ND) Difference Algorithm"). Texts that differ in more than
/// <see cref="MostChanges"/> lines are not searched for what they have in common: between their equal ends all of one is replaced by all of the other.
/// </summary>
internal static class LineEdits
{
    /// <summary>The search's memory grows with its square.</summary>
    public const int MostChanges = 1000;

    public static List<DiffLine> Between(string[] before, string[] after)
    {
        var start = before.AsSpan().CommonPrefixLength(after);
        var end = 0;
        while (end < Math.Min(before.Length, after.Length) - start && before[^(end + 1)] == after[^(end + 1)])
            end++;
        return
        [
            .. before[..start].Select(line => new DiffLine(' ', line)),
            .. Middle(before[start..^end], after[start..^end]),
            .. before[^end..].Select(line => new DiffLine(' ', line)),
        ];
    }

    private static IEnumerable<DiffLine> Middle(string[] before, string[] after)
    {
        var most = Math.Min(before.Length + after.Length, MostChanges);
        // furthest[k + most]: how far in 'before' a path with so many changes gets on diagonal k (place in 'before' less place in 'after').
        var furthest = new int[2 * most + 2];
        var history = new List<int[]>();
        for (var changes = 0; changes <= most; changes++)
        {
            history.Add(furthest[(most - changes)..(most + changes + 2)]);
            for (var diagonal = -changes; diagonal <= changes; diagonal += 2)
            {
                var x = Inserts(furthest, most, diagonal, changes) ? furthest[most + diagonal + 1] : furthest[most + diagonal - 1] + 1;
                while (x < before.Length && x - diagonal < after.Length && before[x] == after[x - diagonal])
                    x++;
                furthest[most + diagonal] = x;
                if (x >= before.Length && x - diagonal >= after.Length)
                    return Path(history, before, after);
            }
        }
        return [.. before.Select(line => new DiffLine('-', line)), .. after.Select(line => new DiffLine('+', line))];
    }

    /// <summary>Whether the best way onto a diagonal is an insertion, from the next one.</summary>
    private static bool Inserts(int[] furthest, int zero, int diagonal, int changes) =>
        diagonal == -changes || (diagonal != changes && furthest[zero + diagonal - 1] < furthest[zero + diagonal + 1]);

    private static IEnumerable<DiffLine> Path(List<int[]> history, string[] before, string[] after)
    {
        var edits = new Stack<DiffLine>();
        var (x, y) = (before.Length, after.Length);
        for (var changes = history.Count - 1; changes > 0; changes--)
        {
            var (furthest, diagonal) = (history[changes], x - y);
            var inserts = Inserts(furthest, changes, diagonal, changes);
            var fromX = furthest[changes + diagonal + (inserts ? 1 : -1)];
            var fromY = fromX - diagonal - (inserts ? 1 : -1);
            for (; x > (inserts ? fromX : fromX + 1); x--, y--)
                edits.Push(new DiffLine(' ', before[x - 1]));
            edits.Push(inserts ? new DiffLine('+', after[y - 1]) : new DiffLine('-', before[x - 1]));
            (x, y) = (fromX, fromY);
        }
        for (; x > 0; x--)
            edits.Push(new DiffLine(' ', before[x - 1]));
        return edits;
    }
}
