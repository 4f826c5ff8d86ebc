using Akka.Actor;

namespace Orchestrator.Actors.FanOut;

/// <summary>Owns the jobs of a node: starts them, finds them, and forgets the oldest ended ones when their number or bytes pass the limit.</summary>
public sealed class JobSupervisor : UntypedActor
{
    private readonly FanOutEnvironment _environment;
    private readonly JobRetention _retention;
    private readonly SortedDictionary<string, IActorRef> _jobs = new(StringComparer.Ordinal);
    private readonly Queue<(string JobId, long Bytes)> _ended = new();
    private long _endedBytes;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public JobSupervisor(FanOutEnvironment environment, JobRetention retention) => (_environment, _retention) = (environment, retention);

    /// <summary>Props.</summary>
    public static Props PropsFor(FanOutEnvironment environment, JobRetention retention) => Props.Create(() => new JobSupervisor(environment, retention));

    /// <summary>A job that fails is not begun anew: its commands would be sent twice.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case JobCommands.Submit submit:
                OnSubmit(submit.Spec);
                break;
            case JobCommands.Cancel cancel:
                Forward(cancel.JobId, cancel);
                break;
            case JobQueries.Get get:
                Forward(get.JobId, get);
                break;
            case JobQueries.Read read:
                Forward(read.JobId, read);
                break;
            case JobQueries.List:
                OnList();
                break;
            case JobSignals.Ended ended:
                OnEnded(ended);
                break;
            case Terminated terminated:
                _jobs.Remove(terminated.ActorRef.Path.Name);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnSubmit(JobSpec spec)
    {
        if (_jobs.Count - _ended.Count >= _retention.MaxRunning)
        {
            Sender.Tell(new JobReplies.Rejected("too-many-jobs", $"{_retention.MaxRunning} jobs run already: wait for some to end, or cancel one"));
            return;
        }
        var id = JobIds.Next(_environment.Time);
        _jobs.Add(id, Context.Watch(Context.ActorOf(JobActor.PropsFor(id, spec, Sender, _environment), id)));
    }

    private void Forward(string jobId, object message)
    {
        if (_jobs.TryGetValue(jobId, out var job))
            job.Forward(message);
        else
            Sender.Tell(new JobReplies.Rejected("job-not-found", $"there is no job {jobId}, or it was forgotten: the last {_retention.MaxEnded} are kept"));
    }

    private void OnList()
    {
        var asked = _jobs.Values.Reverse().Select(job => job.Ask<object>(new JobQueries.Get(""), _retention.ListTimeout)).ToArray();
        Task.WhenAll(asked).PipeTo(Sender, success: answers => new JobReplies.Listed([.. answers.OfType<JobReplies.Found>().Select(found => found.Job)]));
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
        if (_jobs.Remove(jobId, out var job))
            Context.Stop(job);
    }
}
