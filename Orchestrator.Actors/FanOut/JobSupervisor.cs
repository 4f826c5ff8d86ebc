using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// Owns the jobs of a node, or of one partition of a cluster's jobs: takes up those that the store says have not ended, starts new ones, finds them, and forgets the oldest ended ones when
/// their number or bytes pass the limit; the store has them still. Behaviours: Loading → Serving.
/// </summary>
public sealed partial class JobSupervisor : UntypedActor, IWithTimers, IWithStash
{
    private readonly FanOutEnvironment _environment;
    private readonly JobRetention _retention;
    private readonly SortedDictionary<string, IActorRef> _jobs = new(StringComparer.Ordinal);
    private readonly Queue<(string JobId, long Bytes)> _ended = new();
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);
    private long _endedBytes;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public JobSupervisor(FanOutEnvironment environment, JobRetention retention) =>
        (_environment, _retention, _fleet) = (environment, retention, environment.Routers as FanOutRouters.Fleet);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    /// <summary>Props.</summary>
    public static Props PropsFor(FanOutEnvironment environment, JobRetention retention) => Props.Create(() => new JobSupervisor(environment, retention));

    /// <summary>A job that fails is not begun anew: its commands would be sent twice.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_environment.Routers is FanOutRouters.Local { Router: var router })
            router.Tell(FanOutCommands.ReportAmendments.Instance);
        else
            FollowNodes();
        Load();
        Become(Loading);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case JobCommands.Submit submit:
                OnSubmit(submit);
                break;
            case Sought sought:
                OnSought(sought);
                break;
            case SoughtId sought:
                OnSoughtId(sought);
                break;
            case JobCommands.Cancel cancel:
                Forward(cancel.JobId, cancel);
                break;
            case JobCommands.Pause pause:
                Forward(pause.JobId, pause);
                break;
            case JobCommands.Resume resume:
                Forward(resume.JobId, resume);
                break;
            case JobCommands.Retry retry:
                Forward(retry.JobId, new JobSignals.Repeat(retry, Sender));
                break;
            case JobSignals.Repeatable repeatable:
                OnRepeatable(repeatable.Start);
                break;
            case JobQueries.Get get:
                Forward(get.JobId, get);
                break;
            case JobQueries.Read read:
                Forward(read.JobId, read);
                break;
            case JobQueries.Inspect inspect:
                Forward(inspect.JobId, inspect);
                break;
            case JobQueries.List list:
                OnList(list.Filter);
                break;
            case FanOutEvents.Amended amended:
                Forward(amended.JobId, amended);
                break;
            case JobSignals.Ended ended:
                OnEnded(ended);
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef.Path.Name);
                break;
            default:
                OnHistory(message);
                break;
        }
    }

    private IActorRef Start(JobStart start)
    {
        var job = Context.Watch(Context.ActorOf(JobActor.PropsFor(start, _environment, [.. _routers.Values]), start.JobId));
        _jobs.Add(start.JobId, job);
        return job;
    }

    private bool IsFull => _jobs.Count - _ended.Count >= _retention.MaxRunning;

    private JobReplies.Rejected TooMany => new("too-many-jobs", $"{_retention.MaxRunning} jobs run already: wait for some to end, or cancel one");

    private void OnRepeatable(JobStart.Repeated start)
    {
        if (IsFull)
        {
            start.Requester.Tell(TooMany);
            return;
        }
        Start(start);
        _unsettled.Add(start.JobId, TimeSpan.Zero);
        Locate();
    }

    private void OnEnded(JobSignals.Ended ended)
    {
        if (ended.Bytes < 0)
        {
            Forget(ended.JobId);
            return;
        }
        _ended.Enqueue((ended.JobId, ended.Bytes));
        _endedBytes += ended.Bytes;
        while (_ended.Count > _retention.MaxEnded || (_endedBytes > _retention.MaxEndedBytes && _ended.Count > 1))
        {
            var (oldest, bytes) = _ended.Dequeue();
            _endedBytes -= bytes;
            Forget(oldest);
        }
    }

    private void Forget(string jobId)
    {
        if (_jobs.TryGetValue(jobId, out var job) && _leaving.Add(jobId))
            job.Tell(JobSignals.Leave.Instance);
        OnGone(jobId);
    }

    private void OnTerminated(string jobId)
    {
        OnGone(jobId);
        if (_leaving.Remove(jobId) && _awaited.ContainsKey(jobId))
            Fetch(jobId);
    }

    private void OnGone(string jobId)
    {
        _jobs.Remove(jobId);
        _unsettled.Remove(jobId);
        if (_keyOf.Remove(jobId, out var key))
            _keys.Remove(key);
    }
}
