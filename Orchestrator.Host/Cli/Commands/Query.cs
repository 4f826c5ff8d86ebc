namespace Orchestrator.Host.Cli.Commands;

/// <summary>Paths with queries.</summary>
internal static class Query
{
    /// <summary>The path with the parameters that have a value, escaped.</summary>
    public static string Path(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;
            path += $"{separator}{name}={Uri.EscapeDataString(value)}";
            separator = '&';
        }
        return path;
    }
}
