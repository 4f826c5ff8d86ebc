using Akka.Actor;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>What goes out, until somebody has it on disk.</summary>
public sealed partial class ClusterRouter
{
    private const string WaitTimer = "wait";

    private readonly HashSet<RoutedJob> _unsent = [];
    private bool _sendDue;

    /// <summary>The large parts of an outcome are on disk, or lost.</summary>
    private sealed record Kept(string JobId, RoutedOutcome Item, long Held) : ILocalSignal;

    private void OnEnded(Invocation invocation, Outcome outcome)
    {
        if (!_jobs.TryGetValue(invocation.Plan.JobId, out var job) || !job.Begun.Remove(invocation, out var begun))
            return;
        if (invocation.Span is { } span)
            FanOutSpans.End(span, outcome);
        job.Uncounted.Add((begun.Ordinal, outcome));
        End(job, begun.Ordinal, begun.Order.Attempt, outcome);
    }

    private void End(RoutedJob job, int ordinal, int attempt, Outcome outcome) => Put(job, new RoutedOutcome(ordinal, attempt, outcome));

    /// <summary>Late evidence, also for a job that was done with.</summary>
    private void OnAmended(FanOutEvents.Amended amended)
    {
        if (_jobs.TryGetValue(amended.JobId, out var job) || _memory.Owners.ContainsKey(JobPartition.Of(amended.JobId)))
            Put(job ?? JobOf(amended.JobId), new RoutedOutcome(amended.Ordinal, 0, amended.Outcome) { IsAmendment = true });
    }

    private void Put(RoutedJob job, RoutedOutcome item)
    {
        job.HeardAt = Now;
        if (!WireLimits.IsLarge(item.Outcome))
        {
            Add(job, item);
            return;
        }
        job.Keeping++;
        var (jobId, node, held, keep) = (job.Id, _settings.Node, WireLimits.HeldBy(item.Outcome), _settings.KeepAsync);
        _memory.Held += held;
        KeepAsync(jobId, node, item.Outcome, keep).PipeTo(Self, success: light => new Kept(jobId, item with { Outcome = light }, held));
    }

    private static async Task<Outcome> KeepAsync(string jobId, string node, Outcome outcome, Func<string, Outcome, int, Task<Outcome>>? keep)
    {
        if (keep is null)
            return RouterOutcomes.WithoutOutput(outcome, node, "it keeps none");
        try
        {
            return KeptOn(node, await keep(jobId, outcome, WireLimits.MaxPart).ConfigureAwait(false));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return RouterOutcomes.WithoutOutput(outcome, node, error.Message);
        }
    }

    private static Outcome KeptOn(string node, Outcome outcome) => outcome with
    {
        ResultKept = outcome.ResultKept is { } result ? result with { Node = node } : null,
        Exec = outcome.Exec is { } exec
            ? exec with
            {
                StdoutKept = exec.StdoutKept is { } stdout ? stdout with { Node = node } : null,
                StderrKept = exec.StderrKept is { } stderr ? stderr with { Node = node } : null,
            }
            : null,
    };

    private void OnKept(Kept kept)
    {
        _memory.Held -= kept.Held;
        if (!_jobs.TryGetValue(kept.JobId, out var job))
            return;
        job.Keeping--;
        Add(job, kept.Item);
    }

    private void Add(RoutedJob job, RoutedOutcome item)
    {
        var before = job.Outcomes.Held;
        if (job.Outcomes.Add(item, Now) is { } full)
            Send(job, [full]);
        _memory.Held += job.Outcomes.Held - before;
        if (job.Outcomes.IsFull)
            SendOne(job);
        else
            SendSoon(job);
    }

    private bool IsOverLimit(RoutedJob job) => job.Outcomes.Held > _settings.MaxHeldPerJob || _memory.Held > _settings.MaxHeld;

    private void OnProgressed(Invocation invocation, InvocationProgress progress)
    {
        if (!_jobs.TryGetValue(invocation.Plan.JobId, out var job) || !job.Begun.TryGetValue(invocation, out var begun))
            return;
        begun.Progress = progress with { Evidence = progress.Evidence ?? begun.Progress.Evidence };
        Progress(job, begun);
        SendSoon(job);
    }

    private static void Progress(RoutedJob job, BegunTarget begun) => job.Progressed.Add(new RoutedProgress(begun.Ordinal, begun.Order.Attempt, begun.Progress));

    /// <summary>
    /// Outcomes that are already in the mailbox travel together: the batch goes out when the router has caught up. The first one and the last one of a job go without a wait;
    /// those between come in as VMs answer, each by itself, and wait for others.
    /// </summary>
    private void SendSoon(RoutedJob job)
    {
        _unsent.Add(job);
        if (_sendDue || (MayWait(job) && Timers.IsTimerActive(WaitTimer)))
            return;
        _sendDue = true;
        Self.Tell(Due.Send);
    }

    private void SendAll()
    {
        _sendDue = false;
        foreach (var job in _unsent.Where(job => !MayWait(job)).ToArray())
            SendOne(job);
        if (_unsent.Count > 0 && !Timers.IsTimerActive(WaitTimer))
            Timers.StartSingleTimer(WaitTimer, Due.Send, _settings.BatchPause);
    }

    private bool MayWait(RoutedJob job) => job.Begun.Count > 0 && Now - job.SentAt < (job.Begun.Count > WireLimits.MaxItems ? _settings.ManyPause : _settings.BatchPause);

    private void SendOne(RoutedJob job)
    {
        _unsent.Remove(job);
        job.SentAt = Now;
        CountEnded(job);
        foreach (var items in job.Progressed.Chunk(WireLimits.MaxItems))
            job.Owner.Tell(new RouterEvents.Progressed(job.Id, items));
        job.Progressed = [];
        if (job.Outcomes.Close(Now) is { } batch)
            Send(job, [batch]);
    }

    private static void CountEnded(RoutedJob job)
    {
        if (job.Uncounted.Count == 0)
            return;
        FanOutMetrics.Count(job.Plan!.Route, job.Uncounted);
        job.Uncounted = [];
    }

    private void Send(RoutedJob job, IReadOnlyList<OutcomeBatch> batches)
    {
        // One that was not acknowledged may be of a job that is not there any more.
        var supervisor = _memory.Owners.GetValueOrDefault(JobPartition.Of(job.Id))?.Supervisor;
        foreach (var batch in batches)
        {
            var receiver = (batch.Times > 1 || job.Owner.IsNobody()) && supervisor is not null ? supervisor : job.Owner;
            receiver.Tell(new RouterEvents.Ended(job.Id, _settings.Incarnation, batch.Number, batch.Items));
        }
    }

    private void SendAgain(RoutedJob job) => Send(job, job.Outcomes.TakeDue(Now));

    private void OnAcknowledge(RouterCommands.Acknowledge acknowledged)
    {
        if (!_jobs.TryGetValue(acknowledged.JobId, out var job))
            return;
        job.HeardAt = Now;
        var before = job.Outcomes.Held;
        foreach (var batch in acknowledged.Others?.Prepend(acknowledged.Batch) ?? [acknowledged.Batch])
            job.Outcomes.Acknowledge(batch);
        _memory.Held += job.Outcomes.Held - before;
    }

    /// <summary>The VM's actor ended what it had taken; what still lay in its mailbox was never begun.</summary>
    private void OnVmGone(IActorRef vm)
    {
        foreach (var job in _jobs.Values.ToArray())
        {
            foreach (var (invocation, begun) in job.Begun.Where(begun => begun.Value.Vm.Equals(vm)).ToArray())
                OnEnded(invocation, RouterOutcomes.NotFound(begun.Order.IsReconciliation));
        }
    }
}
