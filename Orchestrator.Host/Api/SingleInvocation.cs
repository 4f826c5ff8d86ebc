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
        var spec = new JobSpec { Target = Only(vm), Route = route, Command = command, Composite = composite, Timeout = timeout };
        if (await node.AskAsync<object>(node.Jobs, new JobCommands.Submit(spec), cancellationToken).ConfigureAwait(false) is not JobReplies.Accepted accepted)
            throw new RequestException("vm-not-found", $"the VM '{vm.Snapshot.Name}' has just left");
        var page = await node.FollowAsync<JobReplies.Page>(node.Jobs, new JobQueries.Read(accepted.Job.Id, 0), cancellationToken).ConfigureAwait(false);
        return page.Outcomes[0];
    }

    private static TargetSelector Only(InventoryEntry vm)
    {
        var text = vm.Snapshot.Id?.ToString() ?? $"\"{vm.Snapshot.Name}\" and h:\"{vm.Snapshot.Host}\"";
        return JobRequests.ParseSelector(text);
    }
}
