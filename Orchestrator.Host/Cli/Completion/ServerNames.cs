using System.CommandLine.Completions;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Completion;

/// <summary>
/// Names that only the server knows. Completion sources are asked without waiting, so a first pass notes what they want,
/// <see cref="FetchAsync"/> gets exactly that, and a second pass has it.
/// </summary>
internal sealed class ServerNames
{
    private bool _wantsVms;
    private bool _wantsSchemas;
    private bool _wantsJobs;
    private bool _wantsControllers;
    private bool _wantsNodes;
    private CompletionItem[] _vms = [];
    private CompletionItem[] _jobs = [];
    private CompletionItem[] _controllers = [];
    private CompletionItem[] _nodes = [];
    private CompletionItem[] _commands = [];
    private CompletionItem[] _others = [];

    public bool AreWanted => _wantsVms || _wantsSchemas || _wantsJobs || _wantsControllers || _wantsNodes;

    /// <summary>Names of VMs, their hosts beside them.</summary>
    public IEnumerable<CompletionItem> Vms()
    {
        _wantsVms = true;
        return _vms;
    }

    /// <summary>Ids of jobs.</summary>
    public IEnumerable<CompletionItem> Jobs()
    {
        _wantsJobs = true;
        return _jobs;
    }

    /// <summary>Names of controllers.</summary>
    public IEnumerable<CompletionItem> Controllers()
    {
        _wantsControllers = true;
        return _controllers;
    }

    /// <summary>Names of the nodes of a cluster.</summary>
    public IEnumerable<CompletionItem> Nodes()
    {
        _wantsNodes = true;
        return _nodes;
    }

    /// <summary>Names of guest commands.</summary>
    public IEnumerable<CompletionItem> Commands()
    {
        _wantsSchemas = true;
        return _commands;
    }

    /// <summary>Names of guest commands, events and types.</summary>
    public IEnumerable<CompletionItem> Schemas() => [.. Commands(), .. _others];

    /// <summary>Gets what was asked for. Silent when there is no server: completion never disturbs the line being typed.</summary>
    public async Task FetchAsync(ServerClient server, CancellationToken cancellation)
    {
        try
        {
            if (_wantsVms)
            {
                var vms = await server.GetAsync("v1/vms", cancellation);
                _vms = [.. vms.Items().Select(vm => vm.Text("name")).OfType<string>().Distinct(StringComparer.Ordinal).Select(name => new CompletionItem(name))];
            }
            if (_wantsJobs)
                _jobs = [.. (await server.GetAsync("v1/jobs", cancellation)).Items().Select(job => job.Text("id")).OfType<string>().Select(id => new CompletionItem(id))];
            if (_wantsControllers)
                _controllers = [.. (await server.GetAsync("v1/controllers", cancellation)).Items().Select(controller => controller.Text("name")).OfType<string>().Select(name => new CompletionItem(name))];
            if (_wantsNodes)
                _nodes = [.. (await server.GetAsync("v1/nodes", cancellation)).Items().Select(node => node.Text("name")).OfType<string>().Select(name => new CompletionItem(name))];
            if (_wantsSchemas)
            {
                var schemas = await server.GetAsync("v1/schemas", cancellation);
                _commands = Items(schemas.Items());
                _others = Items(schemas.Items("events").Concat(schemas.Items("types")));
            }
        }
        catch (Exception error) when (error is CliException or OperationCanceledException)
        {
        }
    }

    private static CompletionItem[] Items(IEnumerable<JsonElement> names) =>
        [.. names.Where(name => name.ValueKind == JsonValueKind.String).Select(name => new CompletionItem(name.GetString()!))];
}
