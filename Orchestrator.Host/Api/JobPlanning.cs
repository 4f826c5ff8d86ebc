using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>POST /v1/jobs:plan</c>: what a job would do, without doing it.</summary>
internal static class JobPlanning
{
    public static async Task<IResult> PlanAsync(HttpContext context, Node node)
    {
        var spec = await JobEndpoints.ReadAsync(context, node).ConfigureAwait(false);
        var selection = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(spec.Target), context.RequestAborted).ConfigureAwait(false);
        VmSnapshot[] targets = [.. selection.Entries.Select(entry => entry.Snapshot)];
        if (targets.Length == 0 && !spec.AllowEmpty)
            return Problems.Of("no-targets", $"the selector '{spec.Target.Text}' matches no VM: 'orchestrator vm ls' shows the names, labels and states there are");
        return Results.Json(Of(spec, targets), ApiJson.Default.PlanView);
    }

    private static PlanView Of(JobSpec spec, VmSnapshot[] targets)
    {
        var ends = JobForesight.WavesOf(spec.Pace, targets.Length);
        var items = new List<PlannedView>(targets.Length);
        for (var (wave, at) = (0, 0); at < targets.Length; at++)
        {
            while (at >= ends[wave])
                wave++;
            var (pending, phase, reason) = JobForesight.Of(targets[at], spec);
            items.Add(new PlannedView(targets[at].Id?.ToString(), targets[at].Name, targets[at].Host, wave + 1, pending?.ToString() ?? phase?.ToString(), reason));
        }
        return new PlanView(
            TargetHash.Of(targets),
            spec.Route == CommandRoute.Run ? "run" : spec.Command.Name,
            spec.Command.Class.ToString(),
            targets.Length,
            [.. ends.Select((end, wave) => wave == 0 ? end : end - ends[wave - 1])],
            items);
    }
}
