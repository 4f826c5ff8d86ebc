using Akka.Actor;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>What comes in, and how it gets to the VMs.</summary>
public sealed partial class ClusterRouter
{
    /// <summary>Larger than any request that a gateway takes.</summary>
    private const int MaxCommandBytes = 128 * 1024 * 1024;

    private void OnDispatch(RouterCommands.Dispatch dispatch)
    {
        if (dispatch.Incarnation != _settings.Incarnation || !IsCurrent(dispatch.JobId, dispatch.Epoch) || _memory.Forgotten.Contains(dispatch.JobId))
            return;
        if (!TryRead(dispatch.Targets, out var targets))
            return;
        var job = JobOf(dispatch.JobId);
        var isOther = !job.Owner.Equals(Sender);
        var isNew = job.Note(Sender, dispatch.Epoch, dispatch.Sequence);
        Sender.Tell(new RouterEvents.Received(dispatch.JobId, _settings.Incarnation, dispatch.Sequence));
        if (!isNew)
            return;
        Learn(job, dispatch);
        var order = new RoutedOrder(
            dispatch.Attempt,
            dispatch.IsReconciliation,
            Deadline.After(dispatch.Timeout, _settings.Time),
            dispatch.Delivery is { } delivery ? Deadline.After(delivery, _settings.Time) : null,
            FanOutSpans.ContextOf(dispatch.TraceParent),
            dispatch.Programs);
        var isKnown = false;
        foreach (var target in targets)
            isKnown |= !Take(job, target, order, dispatch.IsStopped);
        if (isOther || isKnown)
            Send(job, job.Outcomes.TakeAll(Now));
        if (job.Progressed.Count > 0 || !job.Outcomes.IsEmpty)
            SendSoon(job);
    }

    private static bool TryRead(TargetList list, out IReadOnlyList<RoutedTarget> targets)
    {
        try
        {
            targets = [.. list.Read()];
            return true;
        }
        catch (FormatException)
        {
            targets = [];
            return false;
        }
    }

    /// <returns><see langword="false"/> if the router had it already: how it stands is told.</returns>
    private bool Take(RoutedJob job, RoutedTarget target, RoutedOrder order, bool isStopped)
    {
        if (job.Attempts.TryGetValue(target.Ordinal, out var attempt) && attempt >= order.Attempt)
        {
            foreach (var begun in job.Begun.Values.Where(begun => begun.Ordinal == target.Ordinal && begun.Order.Attempt == order.Attempt))
                Progress(job, begun);
            return false;
        }
        job.Attempts[target.Ordinal] = order.Attempt;
        if (isStopped && !order.IsReconciliation)
            End(job, target.Ordinal, order.Attempt, RouterOutcomes.Stopped());
        else if (IsOverLimit(job) && !order.IsReconciliation)
            End(job, target.Ordinal, order.Attempt, RouterOutcomes.Busy(_settings.Node));
        else if (!TryBegin(job, target, order))
            job.Waiting.Add(new WaitingTarget(target, order));
        return true;
    }

    /// <summary>The command, from the first dispatch that comes.</summary>
    private void Learn(RoutedJob job, RouterCommands.Dispatch dispatch)
    {
        if (job.Plan is not null || job.Refusal is not null)
            return;
        if (dispatch.Plan is { } plan)
            job.Plan = plan;
        else if (dispatch.Command is { } command)
            Learn(job, () => command.ToPlan(job.Id, _settings.Guest));
        else if (dispatch.CommandBytes == 0)
            job.Refusal = () => RouterOutcomes.Elsewhere(_settings.Node);
        else if (dispatch.CommandBytes is < 0 or > MaxCommandBytes)
            job.Refusal = () => RouterOutcomes.Unreadable(_settings.Node, $"it is {dispatch.CommandBytes} bytes long");
        else if (job.Reading is null)
            job.Reading = new CommandAssembly(dispatch.CommandBytes);
        ReadOn(job);
    }

    private void Learn(RoutedJob job, Func<JobPlan> read)
    {
        try
        {
            job.Plan = read();
        }
        catch (Exception error) when (error is QapiValidationException or FormatException)
        {
            var why = error.Message;
            job.Refusal = () => RouterOutcomes.Unreadable(_settings.Node, why);
        }
    }

    private void OnCommandPiece(RouterCommands.CommandPiece piece)
    {
        if (!_jobs.TryGetValue(piece.JobId, out var job) || job.Reading is not { } reading || !reading.Add(piece))
            return;
        if (reading.IsWhole)
        {
            job.Reading = null;
            Learn(job, () => reading.ToPlan(job.Id, _settings.Guest));
            LookForVms(job);
        }
        ReadOn(job);
    }

    private void ReadOn(RoutedJob job)
    {
        if (job.Reading is { } reading)
            job.Owner.Tell(new RouterEvents.ReadCommand(job.Id, reading.Offset));
    }

    /// <summary>Those that wait for the command or for their VM.</summary>
    private void LookForVms(RoutedJob job)
    {
        if (job.Waiting.Count == 0)
            return;
        WaitingTarget[] waiting = [.. job.Waiting];
        job.Waiting.Clear();
        foreach (var item in waiting)
        {
            if (TryBegin(job, item.Target, item.Order))
                continue;
            if (job.Plan is null && item.Order.Deadline.Remaining(_settings.Time) == TimeSpan.Zero)
                End(job, item.Target.Ordinal, item.Order.Attempt, RouterOutcomes.TooLate(item.Order.IsReconciliation));
            else
                job.Waiting.Add(item);
        }
    }

    /// <returns><see langword="false"/> if it has to wait.</returns>
    private bool TryBegin(RoutedJob job, RoutedTarget target, RoutedOrder order)
    {
        if (job.Refusal is { } refusal)
        {
            // A command that cannot be read cannot be asked about either.
            var outcome = refusal();
            End(job, target.Ordinal, order.Attempt, order.IsReconciliation ? outcome with { Phase = Phase.Unknown, Reason = Reasons.NodeStopped, Effect = Effect.Unknown } : outcome);
            return true;
        }
        if (job.Plan is not { } plan)
            return false;
        var vm = VmPaths.Find(target.Path, Context);
        if (vm is null && Now < _settings.LocateTimeout)
            return false;
        if (vm is null)
        {
            End(job, target.Ordinal, order.Attempt, RouterOutcomes.NotFound(order.IsReconciliation));
            return true;
        }
        var own = order.PlanOf(plan);
        var invocation = new Invocation(own, target.Ordinal, vm, Self)
        {
            Reconciliation = order.ReconciliationOf(target.Ordinal),
            Identity = target.Identity,
            Span = FanOutSpans.StartInvocation(own, target.Ordinal, VmPaths.NameOf(vm), _settings.Node, null),
        };
        FanOutMetrics.Pending.Add();
        job.Begun.Add(invocation, new BegunTarget(target.Ordinal, order, vm));
        Context.Watch(vm);
        vm.Tell(invocation);
        return true;
    }

    private void OnCancel(string jobId)
    {
        if (!_jobs.TryGetValue(jobId, out var job))
            return;
        foreach (var (invocation, begun) in job.Begun)
            begun.Vm.Tell(new Vms.VmCommands.CancelInvocation(invocation));
        foreach (var waiting in job.Waiting.Where(waiting => !waiting.Order.IsReconciliation).ToArray())
        {
            job.Waiting.Remove(waiting);
            End(job, waiting.Target.Ordinal, waiting.Order.Attempt, RouterOutcomes.Stopped());
        }
    }
}
