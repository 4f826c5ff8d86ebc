using System.Text.RegularExpressions;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>A remote VmHost (docs/CLUSTER.md): VMs that no node is on the machine of. The same text on every node that may have it.</summary>
public sealed partial class RemoteHostConfig
{
    /// <summary>Its VMs, each reached by <c>tls:HOST:PORT</c> or <c>tcp:HOST:PORT</c>.</summary>
    public List<VmConfig> Vms { get; set => field = value ?? []; } = [];

    /// <summary>Certificates for those of its VMs that name none of their own.</summary>
    public TlsConfig? Tls { get; set; }

    /// <summary>Labels of all of its VMs; a VM's own go before these.</summary>
    public Dictionary<string, string> Labels { get; set => field = value ?? []; } = [];

    /// <summary>Whether it can be the name of one: it is part of the names of a duty, of a role and of actors.</summary>
    internal static bool IsName(string name) => Name().IsMatch(name);

    /// <exception cref="ServeException">A name or an endpoint is not what it must be.</exception>
    internal static void Validate(NodeConfig config, string path)
    {
        foreach (var (name, host) in config.RemoteHosts)
        {
            if (!IsName(name))
                throw new ServeException($"{path}: '{name}' of 'remote-hosts' is no name of a VmHost: 1 to 63 letters, digits, '-', '_' and '.', of which the first is a letter or a digit");
            if (name == (config.Host ?? Environment.MachineName))
                throw new ServeException($"{path}: '{name}' of 'remote-hosts' is the name of this node, whose own VMs it stands for: give the remote VmHost another");
            if (host is null || host.Vms.Count == 0)
                throw new ServeException($"{path}: '{name}' of 'remote-hosts' needs 'vms'");
            NodeConfigFile.ValidateVms(host.Vms, $"{path}: '{name}' of 'remote-hosts'");
            if (host.Vms.SelectMany(vm => new[] { (vm.Name, Endpoint: vm.Qmp), (vm.Name, Endpoint: vm.Agent ?? vm.Qmp) }).FirstOrDefault(vm => !IsRemote(vm.Endpoint)) is { Name: { } local, Endpoint: var endpoint })
                throw new ServeException($"{path}: the VM '{local}' of the remote VmHost '{name}' is at '{endpoint}', which other nodes cannot reach: write tls:HOST:PORT or tcp:HOST:PORT, or name it in 'vms'");
        }
        if (config.RemoteHosts.Count > 0 && config.Cluster is { Listen: not null, Roles: { Count: > 0 } roles } && !(roles.Contains("vmhost") && roles.Contains("gateway")))
            throw new ServeException($"{path}: a node that may have one of 'remote-hosts' needs both roles, 'vmhost' and 'gateway'");
    }

    private static bool IsRemote(string endpoint) => endpoint.StartsWith("tls:", StringComparison.Ordinal) || endpoint.StartsWith("tcp:", StringComparison.Ordinal);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
