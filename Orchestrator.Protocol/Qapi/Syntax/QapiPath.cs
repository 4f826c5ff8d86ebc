namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>Paths of schema files: relative, with forward slashes, whatever the platform.</summary>
internal static class QapiPath
{
    /// <summary>An include is relative to the folder of the file that contains it.</summary>
    public static string Resolve(string includingFile, string include)
    {
        var folder = includingFile.LastIndexOf('/');
        return Normalize(folder < 0 ? include : $"{includingFile[..folder]}/{include}");
    }

    public static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or "") || parts.Count == 0 && part == "")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
