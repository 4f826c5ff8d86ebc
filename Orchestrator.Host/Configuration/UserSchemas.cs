using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Configuration;

/// <summary>The guest namespace of a node with the <c>schemas</c> of its configuration.</summary>
internal static class UserSchemas
{
    /// <exception cref="ServeException">A path is neither file nor directory, or a schema is broken; the message then tells its file and line.</exception>
    public static GuestNamespace Load(IReadOnlyList<string> paths)
    {
        try
        {
            return paths.Count == 0 ? GuestNamespace.BuiltIn : GuestNamespace.Load(paths.SelectMany(Files));
        }
        catch (QapiSchemaException e)
        {
            throw new ServeException(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServeException($"the 'schemas' of the configuration cannot be read: {e.Message}");
        }
    }

    private static IEnumerable<string> Files(string path)
    {
        if (Directory.Exists(path))
            return Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal);
        return File.Exists(path) ? [path] : throw new ServeException($"'schemas' of the configuration names {path}, which is neither a file nor a directory");
    }
}
