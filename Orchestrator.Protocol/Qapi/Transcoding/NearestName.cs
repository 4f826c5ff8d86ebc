namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class NearestName
{
    private const int MaxLength = 64;

    /// <returns>A sentence for the caller; null when no known name is near (a third of its letters, at least two, may differ).</returns>
    public static string? Suggestion(string given, IEnumerable<string> known)
    {
        if (given.Length > MaxLength)
            return null;
        var nearest = known.Select(name => (Name: name, Distance: Distance(given, name))).OrderBy(candidate => candidate.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, nearest.Name.Length / 3) ? $"Did you mean '{nearest.Name}'?" : null;
    }

    /// <summary>Levenshtein: the number of letters to insert, delete or change.</summary>
    private static int Distance(string left, string right)
    {
        Span<int> row = stackalloc int[MaxLength + 1];
        for (var column = 0; column <= left.Length; column++)
            row[column] = column;
        foreach (var letter in right)
        {
            var diagonal = row[0]++;
            for (var column = 1; column <= left.Length; column++)
            {
                var above = row[column];
                row[column] = Math.Min(Math.Min(above, row[column - 1]) + 1, diagonal + (left[column - 1] == letter ? 0 : 1));
                diagonal = above;
            }
        }
        return row[left.Length];
    }
}
