namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>The configuration file of a node.</summary>
public static class NodeFile
{
    /// <summary>Writes it, and returns its path.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="path">Where.</param>
    /// <param name="more">YAML of a node of a cluster.</param>
    public static string Write(ScaleOptions options, string path, string more)
    {
        File.WriteAllText(path, $"endpoint: {{ sockets: {(options.QmpSockets ? "true" : "false")} }}\n{more}");
        return path;
    }
}
