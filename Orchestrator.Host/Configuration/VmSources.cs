using System.Collections.Frozen;
using System.IO.Enumeration;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Transport;
using Endpoint = Orchestrator.Protocol.Transport.Endpoint;

namespace Orchestrator.Host.Configuration;

/// <summary>All places that name VMs, read together. What an explicit entry says goes before what a pattern or a directory finds.</summary>
internal sealed class VmSources
{
    private const string QmpSocket = "qmp.sock";
    private const string AgentSocket = "qga.sock";

    private readonly IReadOnlyList<VmSpec> _named;
    private readonly IReadOnlyList<(PathPattern Qmp, PathPattern? Agent, FrozenDictionary<string, string> Labels)> _patterns;
    /// <summary>What the last reading found, by pattern and name: one of tens of thousands of VMs costs two looks at the disk, and nothing anew.</summary>
    private Dictionary<(int Pattern, string Name), VmSpec> _found = [];

    private readonly IReadOnlyList<(string NamePattern, IReadOnlyDictionary<string, string> Labels)> _labels;

    /// <exception cref="ServeException">An endpoint or a pattern is malformed.</exception>
    public VmSources(NodeConfig config)
    {
        _labels = [.. config.Labels.Select(labels => (labels.Key, (IReadOnlyDictionary<string, string>?)labels.Value ?? FrozenDictionary<string, string>.Empty))];
        _named = [.. config.Vms.Select(vm => Named(vm))];
        Remote = config.RemoteHosts.ToFrozenDictionary(host => host.Key, host => (IReadOnlyList<VmSpec>)[.. host.Value.Vms.Select(vm => Named(vm, host.Value))]);
        _patterns = [.. config.Patterns.Select(pattern => (
            PathPattern.Parse(pattern.Qmp, "patterns"),
            pattern.Agent is { } agent ? PathPattern.Parse(agent, "patterns") : null,
            pattern.Labels.ToFrozenDictionary()))];
        foreach (var directory in config.VmDirs)
        {
            // A directory is a layout too: NAME/qmp.sock and, if there is an agent, NAME/qga.sock.
            var root = Path.GetFullPath(directory).TrimEnd('/');
            _patterns = [.. _patterns, (
                PathPattern.Parse($"{root}/{{name}}/{QmpSocket}", "--vm-dir"),
                PathPattern.Parse($"{root}/{{name}}/{AgentSocket}", "--vm-dir"),
                FrozenDictionary<string, string>.Empty)];
        }
    }

    /// <summary>The VMs of remote VmHosts, by the name of the VmHost; they are only in the configuration, and never change.</summary>
    public FrozenDictionary<string, IReadOnlyList<VmSpec>> Remote { get; }

    /// <summary>Directories in which VMs appear and vanish.</summary>
    public IReadOnlyList<string> Watched => [.. _patterns.Select(pattern => pattern.Qmp.Parent).Distinct()];

    /// <summary>The VMs there are now, sorted by name; the same object for what is as it was. Not for two callers at once.</summary>
    public IReadOnlyList<VmSpec> Read()
    {
        var vms = _named.ToDictionary(vm => vm.Name, StringComparer.Ordinal);
        var found = new Dictionary<(int Pattern, string Name), VmSpec>(_found.Count);
        foreach (var (number, (qmp, agent, labels)) in _patterns.Index())
        {
            foreach (var name in qmp.Names())
            {
                var vm = Found(_found.GetValueOrDefault((number, name)), name, qmp, agent, labels);
                found[(number, name)] = vm;
                vms.TryAdd(name, vm);
            }
        }
        _found = found;
        return [.. vms.Values.OrderBy(vm => vm.Name, StringComparer.Ordinal)];
    }

    private VmSpec Found(VmSpec? before, string name, PathPattern qmp, PathPattern? agent, FrozenDictionary<string, string> labels)
    {
        var hasAgent = agent is not null && Path.Exists(agent.PathOf(name));
        return before is not null && before.Agent is not null == hasAgent ? before : new VmSpec
        {
            Name = name,
            Qmp = new Endpoint.Unix(qmp.PathOf(name)),
            Agent = hasAgent ? new Endpoint.Unix(agent!.PathOf(name)) : null,
            Labels = LabelsOf(name, labels),
        };
    }

    private VmSpec Named(VmConfig vm, RemoteHostConfig? host = null)
    {
        var tls = (vm.Tls ?? host?.Tls) is { } files
            ? new TlsClientOptions { AuthorityFile = files.Authority, CertificateFile = files.Certificate, KeyFile = files.Key, ServerName = files.ServerName }
            : new TlsClientOptions();
        try
        {
            return new VmSpec
            {
                Name = vm.Name,
                Qmp = Endpoint.Parse(vm.Qmp, tls with { MaxRecord = TlsClientOptions.MonitorRecord }),
                Agent = vm.Agent is { } agent ? Endpoint.Parse(agent, tls with { MaxRecord = TlsClientOptions.AgentRecord }) : null,
                Labels = LabelsOf(vm.Name, host is null ? vm.Labels : host.Labels.Concat(vm.Labels).GroupBy(label => label.Key).ToDictionary(group => group.Key, group => group.Last().Value)),
            };
        }
        catch (FormatException e)
        {
            throw new ServeException($"the VM '{vm.Name}': {e.Message}");
        }
    }

    private FrozenDictionary<string, string> LabelsOf(string name, IReadOnlyDictionary<string, string> own)
    {
        var matching = _labels.Where(labels => FileSystemName.MatchesSimpleExpression(labels.NamePattern, name, ignoreCase: false)).SelectMany(labels => labels.Labels);
        return matching.Concat(own).GroupBy(label => label.Key).ToFrozenDictionary(group => group.Key, group => group.Last().Value);
    }
}
