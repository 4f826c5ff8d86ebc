using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>What is asked of single VMs.</summary>
public sealed partial class LeaseRouter
{
    /// <summary>A VM's actor answers in any case, at the latest when its thaw is overdue.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(25);

    private void OnThaw(LeaseRouterCommands.ThawVm thaw)
    {
        if (VmPaths.Find(thaw.Path, Context) is not { } vm)
        {
            Sender.Tell(new LeaseRouterEvents.VmThawed(ThawResult.Pending, "the VM has left its node: if it is frozen under a lease, it is thawed as soon as it is there again"));
            return;
        }
        vm.Ask<LeaseReplies.ThawTold>(new LeaseCommands.ThawAny(thaw.Force), AnswerTimeout).PipeTo(
            Sender,
            success: told => new LeaseRouterEvents.VmThawed(told.Result, LeaseReports.Short(told.Message)),
            failure: _ => new LeaseRouterEvents.VmThawed(ThawResult.Pending, "its actor did not answer: see its node's log"));
    }

    private void OnPlan(LeaseRouterCommands.PlanSnapshot plan)
    {
        if (VmPaths.Find(plan.Path, Context) is not { } vm)
        {
            Sender.Tell(new LeaseRouterEvents.SnapshotPlanned(RouterOutcomes.NotFound(isReconciliation: false)));
            return;
        }
        var ask = new JobPlan("", CommandRoute.Qmp, SnapshotPlan.QueryBlock, Deadline.After(SnapshotPlan.QueryTimeout, _settings.Time));
        vm.Ask<FanOutEvents.InvocationEnded>(self => new Invocation(ask, 0, vm, self), AnswerTimeout, CancellationToken.None).PipeTo(
            Sender,
            success: ended => Plan(plan, VmPaths.NameOf(vm), ended.Outcome, _settings.FileExists),
            failure: _ => new LeaseRouterEvents.SnapshotPlanned(RouterOutcomes.TooLate(isReconciliation: false)));
    }

    private static LeaseRouterEvents.SnapshotPlanned Plan(LeaseRouterCommands.PlanSnapshot plan, string vm, Outcome asked, Predicate<string> exists)
    {
        var light = asked with { Result = default, Message = LeaseReports.Short(asked.Message), Error = asked.Error is { } error ? new OutcomeError(error.Class, LeaseReports.Short(error.Description)!) : null };
        if (asked.Phase != Phase.Succeeded)
            return new LeaseRouterEvents.SnapshotPlanned(light);
        var made = SnapshotPlan.Of(asked.Result.Span, vm, plan.Name, plan.Directory, exists);
        var planned = new LeaseRouterEvents.SnapshotPlanned(light) { Files = made.Files, Arguments = made.Transaction?.Arguments.ToArray(), Trouble = LeaseReports.Short(made.Trouble) };
        return WireLimits.Base64Of(planned.Arguments?.Length ?? 0) + made.Files.Sum(file => 6 * (file.Disk.Length + file.Base.Length + file.Overlay.Length)) > WireLimits.MaxMessage
            ? planned with { Files = [], Arguments = null, Trouble = $"it has {made.Files.Count} disks with names so long that their plan does not fit a message between nodes: take its snapshot at its own node, or name the disks shorter" }
            : planned;
    }
}
