using System.CommandLine.Completions;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Completion;

/// <summary>
/// Names that only the server knows. Completion sources are asked without waiting, so a first pass notes what they want,
/// <see cref="FetchAsync"/> gets exactly that, and a second pass has it.
/// </summary>
internal sealed class ServerNames
{
    private bool _wantsVms;
    private bool _wantsCommands;
    private CompletionItem[] _vms = [];
    private CompletionItem[] _commands = [];

    public bool AreWanted => _wantsVms || _wantsCommands;

    /// <summary>Names of VMs, their hosts beside them.</summary>
    public IEnumerable<CompletionItem> Vms()
    {
        _wantsVms = true;
        return _vms;
    }

    /// <summary>Names of guest commands.</summary>
    public IEnumerable<CompletionItem> Commands()
    {
        _wantsCommands = true;
        return _commands;
    }

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
            if (_wantsCommands)
            {
                var schemas = await server.GetAsync("v1/schemas", cancellation);
                _commands = [.. schemas.Items().Select(item => item.ValueKind == System.Text.Json.JsonValueKind.String ? item.GetString() : item.Text("name")).OfType<string>().Select(name => new CompletionItem(name))];
            }
        }
        catch (Exception error) when (error is CliException or OperationCanceledException)
        {
        }
    }
}
