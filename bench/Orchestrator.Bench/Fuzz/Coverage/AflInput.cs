namespace Orchestrator.Bench.Fuzz.Coverage;

/// <summary>A target's seeds and words as AFL++ wants them.</summary>
public static class AflInput
{
    // AFL++, dictionaries/README.md: longer words are an error.
    private const int MaxWord = 128;

    /// <summary>Writes one file per seed into the new directory <paramref name="directory"/>.</summary>
    public static void WriteSeeds(IFuzzTarget target, string directory)
    {
        Directory.CreateDirectory(directory);
        for (var index = 0; index < target.Seeds.Count; index++)
            File.WriteAllBytes(Path.Combine(directory, $"seed-{index:D3}"), target.Seeds[index]);
    }

    /// <summary>The words as the text of a dictionary: <c>"\x7B\x7D"</c>, one a line.</summary>
    public static string Dictionary(IFuzzTarget target) => string.Concat(target.Words
        .Where(word => word.Length is > 0 and <= MaxWord)
        .Select(word => $"\"{string.Concat(word.Select(piece => $"\\x{piece:X2}"))}\"\n"));
}
