namespace Orchestrator.Bench.Soak.Measuring;

/// <summary>What a process has open, by kind: sockets, pipes, and files by their names.</summary>
public static class OpenFiles
{
    /// <summary>Counts them now.</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public static IReadOnlyDictionary<string, int> Of(int id)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{id}/fd").Select(KindOf).OfType<string>().CountBy(kind => kind).ToDictionary();
        }
        catch (DirectoryNotFoundException)
        {
            throw new BenchException($"process {id} ended while it was measured");
        }
    }

    /// <summary>The kind of what a link of <c>/proc/PID/fd</c> shows: <c>socket</c> of <c>socket:[17]</c>, <c>anon_inode</c>, or a file's name without its directory.</summary>
    public static string Kind(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.StartsWith('/') ? Path.GetFileName(target) : target.Split(':')[0];
    }

    /// <summary><see langword="null"/> for one that was closed meanwhile.</summary>
    private static string? KindOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false) is { } target ? Kind(target.FullName.Replace(Path.GetDirectoryName(link) + "/", "", StringComparison.Ordinal)) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
