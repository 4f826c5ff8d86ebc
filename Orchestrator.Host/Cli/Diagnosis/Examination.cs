using System.Text.Json;
using Orchestrator.Host.Cli.Commands;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>All that <c>doctor</c> looks at, one thing after the other. It changes nothing: QEMUs that cannot be reached are asked <c>query-status</c>, agents that are ready <c>guest-info</c>.</summary>
/// <param name="server">The server.</param>
/// <param name="selector">Which VMs; <see langword="null"/> for all.</param>
internal sealed class Examination(ServerClient server, string? selector)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PathChecks _paths = new(DefaultEndpoint.UserId);

    /// <summary>Number of VMs that were looked at.</summary>
    public int Vms { get; private set; }

    /// <exception cref="CliException">The selector is wrong, or the server's answers broke off.</exception>
    public async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellation)
    {
        List<Finding> findings = [.. _paths.OfEndpoint(server.Endpoint)];
        if (await VersionAsync(findings, cancellation))
            await VmsAsync(findings, cancellation);
        return [.. findings.OrderBy(finding => finding.Severity)];
    }

    private async Task<bool> VersionAsync(List<Finding> findings, CancellationToken cancellation)
    {
        try
        {
            var version = (await server.GetAsync("v1/version", cancellation)).Text("version") ?? "unknown";
            if (version != VersionCommand.Client)
                findings.Add(new Finding(Severity.Warning, "version", [], $"this client is {VersionCommand.Client}, the server {version}", "Use client and server of one version; restart a server that was updated while it ran."));
            return true;
        }
        catch (CliException error)
        {
            // It says what to do next itself.
            findings.Add(new Finding(Severity.Error, "server", [], error.Message, null));
            return false;
        }
    }

    private async Task VmsAsync(List<Finding> findings, CancellationToken cancellation)
    {
        JsonElement[] vms = [.. (await server.GetAsync(Query.Path("v1/vms", ("target", selector)), cancellation)).Items()];
        Vms = vms.Length;
        if (vms.Length == 0)
            findings.Add(new Finding(Severity.Warning, "no-vms", [], selector is null ? "the server knows no VM" : $"the selector '{selector}' matches no VM", "Serve their directory with 'orchestrator serve --vm-dir DIR', or name them in the configuration; 'orchestrator vm ls' shows which there are."));
        findings.AddRange(_paths.OfData(vms.Select(vm => vm.Text("qmpSocket")).FirstOrDefault(path => path is not null)));
        var refused = vms.Any(VmDiagnosis.NeedsProbe) ? await AskAsync("query-status", "s:Unreachable", cancellation) : [];
        findings.AddRange(VmChecks.Of(vms, refused.Where(outcome => outcome.Reason is not null).DistinctBy(outcome => outcome.Name).ToDictionary(outcome => outcome.Name, outcome => outcome.Reason!)));
        if (vms.Any(vm => vm.Text("agent") == "Ready" && vm.Text("state") == "Running"))
            findings.AddRange(AgentCommandChecks.Of(await AskAsync("guest-info", "s:Running and s:agent=Ready", cancellation)));
    }

    private async Task<IReadOnlyList<OutcomeView>> AskAsync(string command, string condition, CancellationToken cancellation)
    {
        var outcomes = new List<OutcomeView>();
        try
        {
            var request = JobRequest.Command(selector is null ? condition : $"({selector}) and {condition}", command, null, writer => JobRequest.WriteDuration(writer, "timeoutMs", Patience));
            using var stream = await server.OpenAsync(HttpMethod.Post, "v1/jobs", request, cancellation);
            await foreach (var line in stream.ReadAsync(cancellation))
            {
                if (line.Member("outcome") is { } outcome)
                    outcomes.Add(new OutcomeView(outcome));
            }
        }
        catch (CliException error) when (error.ExitCode == ExitCodes.NoTargets)
        {
            // They changed in between: there is nobody left to ask.
        }
        return outcomes;
    }
}
