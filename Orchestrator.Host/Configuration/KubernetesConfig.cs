using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>Nodes of a cluster that run in pods, found by their labels (docs/CLUSTER.md). The pod's service account must be allowed to list pods.</summary>
public sealed class KubernetesConfig
{
    /// <summary>Labels of the pods, as <c>kubectl get pods -l</c> takes them.</summary>
    public string? Selector { get; set; }

    /// <summary>Where they are; the pod's own namespace by default.</summary>
    public string? Namespace { get; set; }

    /// <summary>Port of their <c>listen</c>; this node's own by default.</summary>
    public int? Port { get; set; }

    /// <summary>As the server takes it.</summary>
    /// <param name="path">The configuration's, for the error.</param>
    /// <param name="ownPort">Of this node's <c>listen</c>.</param>
    /// <exception cref="ServeException">A value is not what it must be.</exception>
    internal KubernetesOptions Options(string path, int ownPort)
    {
        if (string.IsNullOrWhiteSpace(Selector))
            throw new ServeException($"{path}: 'kubernetes' of 'cluster' needs 'selector': labels of the nodes' pods, such as app=orchestrator");
        if (Namespace is { } space && (space.Length > 63 || space.Contains('.', StringComparison.Ordinal) || Uri.CheckHostName(space) != UriHostNameType.Dns))
            throw new ServeException($"{path}: '{space}' in 'kubernetes' of 'cluster' is not the name of a namespace");
        if (Port is < 1 or > NodeAddress.MaxPort)
            throw new ServeException($"{path}: 'port' of 'kubernetes' of 'cluster' is {Port}: write a number from 1 to {NodeAddress.MaxPort}, the port of the nodes' 'listen'");
        return new KubernetesOptions(Selector.Trim(), Namespace, Port ?? ownPort);
    }
}

/// <summary>Pods that are nodes, checked.</summary>
/// <param name="Selector">Of labels.</param>
/// <param name="Namespace">Theirs; <see langword="null"/>: the pod's own.</param>
/// <param name="Port">Of their <c>listen</c>.</param>
internal sealed record KubernetesOptions(string Selector, string? Namespace, int Port);
