using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>Nodes of a cluster that run in pods, found by their labels (docs/CLUSTER.md). The pod's service account must be allowed to list pods.</summary>
public sealed class KubernetesConfig
{
    /// <summary>Labels of the pods, as <c>kubectl get pods -l</c> takes them.</summary>
    public string? Selector { get; set; }

    /// <summary>Where they are; the pod's own namespace by default.</summary>
    public string? Namespace { get; set; }

    /// <summary>
    /// Domain of this Kubernetes, such as <c>cluster.local</c>: pods of a StatefulSet are asked by their names, <c>POD.SERVICE.NAMESPACE.svc.DOMAIN</c>, which
    /// stay the same, as in their certificates. Without it, all are asked by their addresses.
    /// </summary>
    public string? Domain { get; set; }

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
        if (Domain is { } domain && Uri.CheckHostName(domain) != UriHostNameType.Dns)
            throw new ServeException($"{path}: '{domain}' in 'kubernetes' of 'cluster' is not a domain, such as cluster.local");
        return new KubernetesOptions(Selector.Trim(), Namespace, Port ?? ownPort, Domain);
    }
}

/// <summary>Pods that are nodes, checked.</summary>
/// <param name="Selector">Of labels.</param>
/// <param name="Namespace">Theirs; <see langword="null"/>: the pod's own.</param>
/// <param name="Port">Of their <c>listen</c>.</param>
/// <param name="Domain">Of their names; <see langword="null"/>: they are asked by their addresses.</param>
internal sealed record KubernetesOptions(string Selector, string? Namespace, int Port, string? Domain = null);
