using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.FanOut;

/// <summary>What the store knows: unfinished jobs at the start, ended ones when somebody asks.</summary>
public sealed partial class JobSupervisor
{
    private const string LocateTimer = "locate";
    private const string LoadTimer = "load";
    private const int MaxAwaiting = 256;
    private static readonly TimeSpan LocatePause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LoadPause = TimeSpan.FromSeconds(1);

    /// <summary>Jobs that look for their targets, and until when.</summary>
    private readonly Dictionary<string, TimeSpan> _unsettled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(object Message, IActorRef Sender)>> _awaited = new(StringComparer.Ordinal);
    private long _startedAt;
    private int _stashed;
    private string? _loadFailure;
    private bool _isLoaded;

    private sealed record Unfinished(IReadOnlyList<StoredJob> Jobs) : ILocalSignal;

    private sealed record NotLoaded(Exception Failure) : ILocalSignal;

    private sealed record Fetched(string JobId, StoredJob? Job, string? Failure) : ILocalSignal;

    private sealed class Due : ILocalSignal
    {
        public static readonly Due Load = new();
        public static readonly Due Locate = new();
        public static readonly Due Announce = new();
    }

    private TimeSpan Now => _environment.Time.GetElapsedTime(_startedAt);

    private void Load()
    {
        _startedAt = _environment.Time.GetTimestamp();
        Attempt(_environment.Store.LoadUnfinishedAsync).PipeTo(Self, success: jobs => new Unfinished(jobs), failure: error => new NotLoaded(error));
    }

    /// <summary>Nothing is accepted before it is known what runs: a key might be that of such a job.</summary>
    private void Loading(object message)
    {
        switch (message)
        {
            case Unfinished unfinished:
                _isLoaded = true;
                OnUnfinished(unfinished.Jobs);
                Become(OnReceive);
                Stash.UnstashAll();
                break;
            case NotLoaded { Failure: DutyLostException }:
                LoseDuty();
                break;
            case NotLoaded failed:
                _loadFailure = failed.Failure.Message;
                Timers.StartSingleTimer(LoadTimer, Due.Load, LoadPause);
                Stash.UnstashAll();
                _stashed = 0;
                break;
            case Due due when due == Due.Load:
                Load();
                break;
            case Due due when due == Due.Announce:
                OnAnnounceDue();
                break;
            case FanOutEvents.Amended:
                Stash.Stash();
                break;
            default:
                OnEarly(message);
                break;
        }
    }

    private void OnEarly(object message)
    {
        if (_loadFailure is { } failure)
            Sender.Tell(new JobReplies.Rejected("store-unavailable", $"the jobs cannot be read from disk, and none is accepted before they are: {failure}"));
        else if (_stashed++ < _retention.MaxRunning)
            Stash.Stash();
        else
            Sender.Tell(TooMany);
    }

    private void OnUnfinished(IReadOnlyList<StoredJob> jobs)
    {
        foreach (var job in jobs)
        {
            var start = Restart(job);
            Start(start);
            if (job.IdempotencyKey is { } key)
                Remember(key, job.Header.Id, job.Document);
            if (start is JobStart.Unfinished)
                _unsettled.Add(job.Header.Id, Now + _retention.LocateTimeout);
        }
        Locate();
    }

    private JobStart Restart(StoredJob job)
    {
        if (job.Document.IsEmpty)
            return new JobStart.Abandoned(job, "what it sent was not kept");
        try
        {
            return new JobStart.Unfinished(job, _environment.ReadDocument(job.Document) with { IdempotencyKey = job.IdempotencyKey, Document = job.Document });
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return new JobStart.Abandoned(job, error.Message);
        }
    }

    private JobSpec? SpecOf(StoredJob job)
    {
        try
        {
            return job.Document.IsEmpty ? null : _environment.ReadDocument(job.Document) with { Document = job.Document };
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return null;
        }
    }

    private void Locate()
    {
        if (_unsettled.Count > 0)
            _environment.Inventory.Tell(new InventoryQueries.Select(null));
    }

    private void OnHistory(object message)
    {
        switch (message)
        {
            case InventoryReplies.Selection selection:
                OnVms(new VmDirectory(selection.Entries));
                break;
            case Due due when due == Due.Locate:
                Locate();
                break;
            case Due due when due == Due.Announce:
                OnAnnounceDue();
                break;
            case JobSignals.Settled settled:
                _unsettled.Remove(settled.JobId);
                break;
            case Fetched fetched:
                OnFetched(fetched);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnVms(VmDirectory vms)
    {
        foreach (var (jobId, until) in _unsettled)
        {
            if (_jobs.TryGetValue(jobId, out var job))
                job.Tell(new JobSignals.Located(vms, Now >= until));
        }
        if (_unsettled.Count > 0)
            Timers.StartSingleTimer(LocateTimer, Due.Locate, LocatePause);
    }

    private void Forward(string jobId, object message, IActorRef? sender = null)
    {
        sender ??= Sender;
        if (_jobs.TryGetValue(jobId, out var job))
        {
            job.Tell(message, sender);
            return;
        }
        if (_awaited.TryGetValue(jobId, out var others))
        {
            if (others.Count < MaxAwaiting)
                others.Add((message, sender));
            else if (message is not RouterEvents.Ended)
                sender.Tell(new JobReplies.Rejected("store-unavailable", $"too many ask for job {jobId}, which is being read from disk: ask again"));
            return;
        }
        _awaited.Add(jobId, [(message, sender)]);
        // What a job that leaves has not written yet would be missing.
        if (!_leaving.Contains(jobId))
            Fetch(jobId);
    }

    private void Fetch(string jobId) =>
        Attempt(() => _environment.Store.LoadAsync(jobId))
            .PipeTo(Self, success: stored => new Fetched(jobId, stored, null), failure: error => new Fetched(jobId, null, error.Message));

    private void OnFetched(Fetched fetched)
    {
        if (!_awaited.Remove(fetched.JobId, out var waiting))
            return;
        if (fetched.Job is { } stored && !_jobs.ContainsKey(fetched.JobId))
            Start(stored.Header.HasEnded ? new JobStart.Past(stored, SpecOf(stored)) : new JobStart.Abandoned(stored, "it runs on no node"));
        foreach (var (message, sender) in waiting)
        {
            if (message is RouterEvents.Ended && !_jobs.ContainsKey(fetched.JobId))
            {
                if (fetched.Failure is null)
                    ForgetAtRouter(fetched.JobId, sender);
                continue;
            }
            if (_jobs.TryGetValue(fetched.JobId, out var job))
                job.Tell(message, sender);
            else
                RequesterOf(message, sender).Tell(fetched.Failure is { } failure
                    ? new JobReplies.Rejected("store-unavailable", $"the job {fetched.JobId} cannot be read from disk: {failure}")
                    : new JobReplies.Rejected("job-not-found", $"there is no job {fetched.JobId}, or it was forgotten: 'orchestrator job ls' shows those there are"));
        }
    }

    private static IActorRef RequesterOf(object message, IActorRef sender) => message switch
    {
        JobSignals.Known known => known.Requester,
        JobSignals.Repeat repeat => repeat.Requester,
        _ => sender,
    };

    private void OnList(JobFilter filter)
    {
        var asked = _jobs.Values.Select(job => job.Ask<object>(new JobQueries.Get(""), _retention.ListTimeout)).ToArray();
        ListAsync(asked, Attempt(() => _environment.Store.ListAsync(filter)), filter).PipeTo(
            Sender, success: answer => answer, failure: error => new JobReplies.Rejected("store-unavailable", $"the jobs cannot be read from disk: {error.Message}"));
    }

    private static async Task<object> ListAsync(Task<object>[] asked, Task<IReadOnlyList<JobSnapshot>> stored, JobFilter filter)
    {
        var here = (await Task.WhenAll(asked).ConfigureAwait(false)).OfType<JobReplies.Found>().Select(found => found.Job).ToDictionary(job => job.Id, StringComparer.Ordinal);
        // What is here is newer than what is on disk, also where it does not fit the filter any more.
        var others = (await stored.ConfigureAwait(false)).Where(job => !here.ContainsKey(job.Id));
        return new JobReplies.Listed([.. here.Values.Where(filter.Fits).Concat(others).OrderByDescending(job => job.Id, StringComparer.Ordinal).Take(filter.Limit)]);
    }
}
