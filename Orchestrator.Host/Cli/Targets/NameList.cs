using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Targets;

/// <summary>Lists of names in files (<c>^FILE</c>) and on standard input (<c>-</c>): one per line, blank lines and <c>#</c> comments left out.</summary>
internal static class NameList
{
    /// <summary>The selectors with every list replaced by a selector of the names it holds.</summary>
    /// <exception cref="CliException">A list cannot be read, or holds nothing (exit code 3: no targets).</exception>
    public static async Task<IReadOnlyList<string>> ExpandAsync(IEnumerable<string> selectors, CliEnvironment environment, CancellationToken cancellation)
    {
        var expanded = new List<string>();
        foreach (var selector in selectors)
        {
            if (selector == "-")
                expanded.Add(await ReadAsync("standard input", environment.TakeInput(), cancellation));
            else if (selector.StartsWith('^'))
                expanded.Add(await ReadAsync(selector[1..], Open(selector[1..]), cancellation));
            else if (string.IsNullOrWhiteSpace(selector))
                throw CliException.Usage("a selector is empty: use --all for every VM");
            else
                expanded.Add(selector);
        }
        return expanded;
    }

    // The names are folded: a list of a thousand still fits into a URL.
    private static async Task<string> ReadAsync(string source, Stream stream, CancellationToken cancellation)
    {
        var names = new List<string>();
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            var name = line.Trim();
            if (name.Length > 0 && name[0] != '#')
                names.Add(name);
        }
        return names.Count > 0 ? NodeSetText.Fold(names) : throw new CliException(ExitCodes.NoTargets, $"the list of names in {source} is empty: no targets");
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"cannot read the list of names '{path}': {error.Message}");
        }
    }
}
