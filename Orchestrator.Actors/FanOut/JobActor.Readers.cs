using Akka.Actor;

namespace Orchestrator.Actors.FanOut;

/// <summary>What readers are told.</summary>
internal sealed partial class JobActor
{
    private const int PageSize = 512;
    private const int MaxWaitingReaders = 256;

    private readonly PageReaders<JobQueries.Read> _readers = new(MaxWaitingReaders);
    private List<IActorRef> _known = [];

    private void Answer(IActorRef reader, JobQueries.Read read)
    {
        var page = _state.Outcomes.Skip(read.After).Take(PageSize).ToArray();
        reader.Tell(new JobReplies.Page(page, read.After + page.Length, Snapshot()) { HasMore = read.After + page.Length < _state.Outcomes.Count });
    }

    private void OnInspect(JobQueries.Inspect inspect)
    {
        var (items, next) = (new List<InvocationState>(), (int?)null);
        for (var ordinal = Math.Max(0, inspect.From); ordinal < _state.Targets; ordinal++)
        {
            if (items.Count == inspect.Limit)
            {
                next = ordinal;
                break;
            }
            var pending = _state.PendingOf(ordinal);
            var outcome = _state.OutcomeOf(ordinal);
            var item = new InvocationState(ordinal, _targets[ordinal], outcome, pending?.Phase, outcome is null ? pending?.Reason : outcome.Reason, outcome?.Attempt ?? _state.AttemptOf(ordinal));
            if (inspect.Where?.Invoke(item) != false)
                items.Add(item);
        }
        Sender.Tell(new JobReplies.Invocations(items, next));
    }

    private void OnRepeat(JobSignals.Repeat repeat)
    {
        if (_took is null)
        {
            repeat.Requester.Tell(new JobReplies.Rejected("job-running", $"the job {_id} has not ended: wait for it, or cancel it"));
            return;
        }
        if (_spec is not { } spec || spec.Document.IsEmpty)
        {
            repeat.Requester.Tell(new JobReplies.Rejected("not-repeatable", $"what the job {_id} sent was not kept, as of a file's transfer: start it anew"));
            return;
        }
        var only = repeat.Retry.Only;
        var targets = _targets.Where((_, ordinal) => _state.OutcomeOf(ordinal) is { } outcome &&
            (only.Count > 0 ? only.Contains(outcome.Phase) : RetryRules.IsSafe(spec.Command.Class, outcome))).ToArray();
        if (targets.Length == 0)
        {
            repeat.Requester.Tell(new JobReplies.Rejected("no-targets", only.Count > 0
                ? $"the job {_id} has no target that is {string.Join(" or ", only)}"
                : $"the job {_id} has no target that may be tried again without harm: name the phases to try all the same"));
            return;
        }
        var again = spec with { IdempotencyKey = null, ExpectedTargets = null, Trace = repeat.Retry.Trace };
        Context.Parent.Tell(new JobSignals.Repeatable(new JobStart.Repeated(JobIds.Next(_environment.Time, _environment.Partition), again, targets, _id, repeat.Requester)));
    }

    private JobSnapshot Snapshot() => _state.Snapshot(_took ?? Age);
}
