namespace Orchestrator.Host.Serving;

/// <summary>What <c>orchestrator serve</c> was asked for on its command line; what is absent comes from the configuration file or a default.</summary>
public sealed record ServeOptions
{
    /// <summary>Path of the configuration file (YAML); <see langword="null"/> when none was given.</summary>
    public string? Config { get; init; }

    /// <summary>Directory whose sub-directories are VMs with their sockets; <see langword="null"/> when none was given.</summary>
    public string? VmDir { get; init; }

    /// <summary>Directory for what must outlive the process; <see langword="null"/> when none was given.</summary>
    public string? Data { get; init; }

    /// <summary>Address of the PostgreSQL that keeps the jobs; <see langword="null"/> when none was given: they are in the node's own directory.</summary>
    public string? Store { get; init; }

    /// <summary><c>text</c> or <c>json</c>: how the log is written; <see langword="null"/> when it was not said.</summary>
    public string? LogFormat { get; init; }

    /// <summary>Endpoints to listen on, each <c>unix:PATH</c>, <c>PATH</c> or an <c>http://</c> URL; empty means <see cref="DefaultEndpoint"/>.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>Name of the node and of its VmHost; <see langword="null"/> when none was given.</summary>
    public string? Node { get; init; }

    /// <summary>Where the other nodes of its cluster reach this one, <c>HOST:PORT</c>; <see langword="null"/> when none was given.</summary>
    public string? ClusterListen { get; init; }

    /// <summary>Nodes to join, each <c>HOST:PORT</c>.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];

    /// <summary>What the node does in its cluster: <c>vmhost</c>, <c>gateway</c>; empty means both.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
