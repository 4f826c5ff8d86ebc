using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>Schema files of a user in a folder of their own.</summary>
internal sealed class SchemaFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qapi-");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Add(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>The built-in namespace and one file.</summary>
    public static GuestNamespace Load(string text)
    {
        using var folder = new SchemaFolder();
        return GuestNamespace.Load([folder.Add("user.json", text)]);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
