using System.Text.RegularExpressions;
using Orchestrator.Host.Clustering.Discovery;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>The node's part in a cluster (docs/CLUSTER.md). Without <see cref="Listen"/> the node is alone.</summary>
public sealed partial class ClusterConfig
{
    /// <summary>Where the other nodes reach this one, <c>HOST:PORT</c>: Akka's remoting. A name or an address of this machine, the same after every restart.</summary>
    public string? Listen { get; set; }

    /// <summary>Where the other nodes reach its API, <c>HOST:PORT</c>; the same host and the next port by default.</summary>
    public string? Peer { get; set; }

    /// <summary>
    /// Nodes to ask first, <c>HOST:PORT</c> of their <see cref="Listen"/>; a name that stands for several addresses stands for all of them. Or
    /// <c>dns+srv:_NAME._tcp.DOMAIN</c>: the nodes that this name has SRV records for.
    /// </summary>
    public List<string> Join { get; set => field = value ?? []; } = [];

    /// <summary>What the node does: <c>vmhost</c> has VMs, <c>gateway</c> answers for the fleet and has duties. Both by default.</summary>
    public List<string> Roles { get; set => field = value ?? []; } = [];

    /// <summary>Pods of Kubernetes to ask first; none without it.</summary>
    public KubernetesConfig? Kubernetes { get; set; }

    /// <summary>Certificates; required unless every address is loopback.</summary>
    public ClusterTlsConfig? Tls { get; set; }

    /// <summary>As the server takes it; <see langword="null"/> if the node is alone.</summary>
    /// <param name="path">The configuration's, for the error.</param>
    /// <exception cref="ServeException">A value is not what it must be.</exception>
    internal ClusterOptions? Options(string path)
    {
        if (Listen is null)
        {
            if (Join.Count > 0 || Kubernetes is not null)
                throw new ServeException($"{path}: to 'join' a cluster, the node needs 'listen': HOST:PORT where the other nodes reach it (--cluster-listen)");
            return Peer is null && Roles.Count == 0 && Tls is null ? null : throw new ServeException($"{path}: 'cluster' has settings and no 'listen', without which the node is alone: HOST:PORT where the other nodes reach it (--cluster-listen)");
        }
        var listen = NodeAddress.Parse(Listen, path, "listen");
        var peer = Peer is { } text ? NodeAddress.Parse(text, path, "peer") : listen with { Port = listen.Port + 1 };
        if (peer == listen)
            throw new ServeException($"{path}: 'peer' and 'listen' of 'cluster' are both {listen}: they are two ports");
        var services = Join.Where(IsService).Select(service => ServiceOf(service, path)).ToArray();
        var join = Join.Where(node => !IsService(node)).Select(node => NodeAddress.Parse(node, path, "join")).ToArray();
        if (Roles.Find(role => role is not ("vmhost" or "gateway")) is { } unknown)
            throw new ServeException($"{path}: 'roles' of 'cluster' has '{unknown}': there are 'vmhost' and 'gateway'");
        if (Tls is { Certificate: null } or { Key: null } or { Authority: null })
            throw new ServeException($"{path}: 'tls' of 'cluster' needs 'certificate', 'key' and 'authority': 'orchestrator certs init' and 'orchestrator certs issue' make them");
        if (Tls is null && new[] { listen, peer }.Concat(join).FirstOrDefault(address => !address.IsLoopback) is { } open)
            throw new ServeException($"{path}: {open} can be reached from other machines, and who reaches it commands every guest: 'tls' of 'cluster' is required ('orchestrator certs init' makes an authority)");
        // What a name service tells may be anywhere.
        if (Tls is null && (services.Length > 0 || Kubernetes is not null))
            throw new ServeException($"{path}: nodes that '{(services.Length > 0 ? ServiceContacts.Prefix : "kubernetes")}' finds are on other machines: 'tls' of 'cluster' is required ('orchestrator certs init' makes an authority)");
        return new ClusterOptions(listen, peer, join, Roles.Count == 0 ? ["vmhost", "gateway"] : [.. Roles.Distinct()], Tls) { Services = services, Kubernetes = Kubernetes?.Options(path, listen.Port) };
    }

    private static bool IsService(string? node) => node?.StartsWith(ServiceContacts.Prefix, StringComparison.Ordinal) == true;

    [GeneratedRegex(@"^(?=.{1,253}$)_[A-Za-z0-9-]{1,62}\._(tcp|udp)(\.[A-Za-z0-9_-]{1,63})+$")]
    private static partial Regex ServiceName();

    private static string ServiceOf(string node, string path)
    {
        var service = node[ServiceContacts.Prefix.Length..].TrimEnd('.');
        return ServiceName().IsMatch(service)
            ? service
            : throw new ServeException($"{path}: '{node}' in 'join' of 'cluster' names no service: write {ServiceContacts.Prefix}_orchestrator._tcp.example.net");
    }
}

/// <summary>Certificates of a node: PEM files.</summary>
public sealed class ClusterTlsConfig
{
    /// <summary>The node's own, with the names and addresses under which it is reached.</summary>
    public string? Certificate { get; set; }

    /// <summary>Its key.</summary>
    public string? Key { get; set; }

    /// <summary>The cluster's authority: who has a certificate of it is a node.</summary>
    public string? Authority { get; set; }
}

/// <summary>A node's part in a cluster, checked.</summary>
/// <param name="Listen">Akka's remoting.</param>
/// <param name="Peer">Its API for other nodes.</param>
/// <param name="Join">Whom to ask first.</param>
/// <param name="Roles">At least one.</param>
/// <param name="Tls">Certificates; <see langword="null"/> on loopback only.</param>
internal sealed record ClusterOptions(NodeAddress Listen, NodeAddress Peer, IReadOnlyList<NodeAddress> Join, IReadOnlyList<string> Roles, ClusterTlsConfig? Tls)
{
    /// <summary>Names of services whose SRV records name nodes to ask.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Pods to ask; <see langword="null"/>: none.</summary>
    public KubernetesOptions? Kubernetes { get; init; }

    /// <summary>Duties that only nodes do which have them in their configuration: those of remote VmHosts.</summary>
    public IReadOnlyList<string> OwnDuties { get; init; } = [];
}
