namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>Paths in generated code are relative: the same code comes out on every machine.</summary>
internal static class RelativePath
{
    /// <param name="root">Absolute path of a file, with forward slashes.</param>
    /// <param name="path">The same of a file that it includes.</param>
    /// <returns>As an include in the root would have it.</returns>
    public static string From(string root, string path)
    {
        var folders = root.Split('/');
        var parts = path.Split('/');
        var common = 0;
        while (common < folders.Length - 1 && common < parts.Length - 1 && folders[common] == parts[common])
            common++;
        return string.Join("/", Enumerable.Repeat("..", folders.Length - 1 - common).Concat(parts.Skip(common)));
    }
}
