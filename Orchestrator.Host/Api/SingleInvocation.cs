using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Host.Api;

/// <summary>One command to one VM: a job of one target, awaited.</summary>
internal static class SingleInvocation
{
    /// <param name="node">The node.</param>
    /// <param name="vm">The target.</param>
    /// <param name="route">Which way the command takes.</param>
    /// <param name="command">The command.</param>
    /// <param name="timeout">From now to the outcome.</param>
    /// <param name="cancellationToken">Ends the waiting; the command goes on.</param>
    /// <param name="composite">How it is carried out, where its arguments do not tell.</param>
    /// <exception cref="RequestException">The job was not accepted.</exception>
    public static async Task<Outcome> RunAsync(
        Node node, InventoryEntry vm, CommandRoute route, EncodedCommand command, TimeSpan timeout, CancellationToken cancellationToken, CompositeCommand? composite = null)
    {
        var target = Only(vm);
        var spec = new JobSpec { Target = target, Route = route, Command = command, Composite = composite, Timeout = timeout, Document = composite is null ? Document(target, command, timeout) : default };
        var jobs = composite is null ? node.Parts.NewJobs(null) : node.Parts.NewTransfers();
        var answer = await node.SubmitAsync(jobs, new JobCommands.Submit(spec), cancellationToken).ConfigureAwait(false);
        if (answer is JobReplies.Rejected { Code: not "no-targets" } rejected)
            throw new RequestException(rejected.Code, rejected.Detail);
        if (answer is not JobReplies.Accepted accepted)
            throw new VmLeftException($"the VM '{vm.Snapshot.Name}' has just left");
        var page = await node.FollowPartAsync<JobReplies.Page>(jobs, new JobQueries.Read(accepted.Job.Id, 0), cancellationToken).ConfigureAwait(false);
        return page.Outcomes[0];
    }

    /// <summary>The job as somebody would have asked for it; a file that is a stream of the caller's has none.</summary>
    private static byte[] Document(TargetSelector target, EncodedCommand command, TimeSpan timeout) => JobOptions.DocumentOf(new JobRequest
    {
        Target = target.Text,
        Command = command.Name,
        Arguments = command.Arguments.IsEmpty ? default : JsonElement.Parse(command.Arguments.Span),
        TimeoutMs = timeout.TotalMilliseconds,
    });

    /// <summary>By its identity, and by its name: a destination of its migration has the same identity until it is known to be one.</summary>
    private static TargetSelector Only(InventoryEntry vm)
    {
        var name = $"\"{vm.Snapshot.Name}\" and h:\"{vm.Snapshot.Host}\"";
        var text = vm.Snapshot.Id is { } id ? $"{id} and {name}" : name;
        return JobRequests.ParseSelector(text);
    }
}
