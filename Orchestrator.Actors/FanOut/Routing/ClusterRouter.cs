using System.Diagnostics;
using Akka.Actor;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>
/// One node's part of the jobs of a cluster, wherever those are: gives each of its VMs an invocation, once, whatever comes twice or late, and keeps
/// every outcome until the job has it on disk. Messages grow with nodes and not with VMs. One per node, <c>/user/router</c>.
/// </summary>
public sealed partial class ClusterRouter : UntypedActor, IWithTimers
{
    /// <summary>Name of the actor.</summary>
    public const string ActorName = "router";

    private static readonly TimeSpan TickPause = TimeSpan.FromSeconds(1);

    private readonly ClusterRouterSettings _settings;
    private readonly RouterMemory _memory;
    private readonly Dictionary<string, RoutedJob> _jobs;

    private sealed class Due : ILocalSignal
    {
        public static readonly Due Tick = new();
        public static readonly Due Send = new();
    }

    /// <summary>Created through <see cref="PropsFor(ClusterRouterSettings)"/>.</summary>
    internal ClusterRouter(ClusterRouterSettings settings, RouterMemory memory) => (_settings, _memory, _jobs) = (settings, memory, memory.Jobs);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _settings.Time.GetElapsedTime(_memory.StartedAt);

    /// <summary>Props.</summary>
    public static Props PropsFor(ClusterRouterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return PropsFor(settings, new RouterMemory(settings.Time.GetTimestamp()));
    }

    /// <summary>The same with a memory that somebody else looks at.</summary>
    internal static Props PropsFor(ClusterRouterSettings settings, RouterMemory memory) => Props.CreateBy(new Producer(settings, memory));

    /// <summary>Also after a failure: what was begun goes on, and is not begun again.</summary>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Due.Tick), Due.Tick, TickPause);
        foreach (var vm in _jobs.Values.SelectMany(job => job.Begun.Values).Select(begun => begun.Vm))
            Context.Watch(vm);
        _unsent.UnionWith(_jobs.Values);
        FanOutMetrics.Pending.Add(Counted);
        Self.Tell(Due.Send);
    }

    /// <summary>A process may have several in its life: each takes along what it counted.</summary>
    protected override void PostStop() => FanOutMetrics.Pending.Add(-Counted);

    private int Counted => _jobs.Values.Sum(job => job.Begun.Count + job.Uncounted.Count);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FanOutEvents.InvocationEnded ended:
                OnEnded(ended.Invocation, ended.Outcome);
                break;
            case FanOutEvents.InvocationProgressed progressed:
                OnProgressed(progressed.Invocation, progressed.Progress);
                break;
            case Due due when due == Due.Send:
                SendAll();
                break;
            case RouterCommands.Dispatch dispatch:
                OnDispatch(dispatch);
                break;
            case RouterCommands.CommandPiece piece:
                OnCommandPiece(piece);
                break;
            case RouterCommands.Acknowledge acknowledged when IsCurrent(acknowledged.JobId, acknowledged.Epoch):
                OnAcknowledge(acknowledged);
                break;
            case RouterCommands.Cancel cancel when IsCurrent(cancel.JobId, cancel.Epoch):
                OnCancel(cancel.JobId);
                break;
            case RouterCommands.Forget forget when IsCurrent(forget.JobId, forget.Epoch):
                Forget(forget.JobId);
                break;
            case RouterCommands.Announce announce when IsCurrent(announce.Partition, announce.Epoch):
                _memory.Owners[JobPartition.Of(announce.Partition)] = new PartitionOwner(announce.Epoch, Sender);
                break;
            case RouterCommands.Acknowledge or RouterCommands.Cancel or RouterCommands.Forget or RouterCommands.Announce:
                // Of a former owner, who was told so.
                break;
            case FanOutEvents.Amended amended:
                OnAmended(amended);
                break;
            case Kept kept:
                OnKept(kept);
                break;
            case Due:
                OnTick();
                break;
            case Terminated terminated:
                OnVmGone(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A former owner's words count for nothing: what it sends may be from before its successor looked.</summary>
    private bool IsCurrent(string jobId, long epoch)
    {
        if (string.IsNullOrEmpty(jobId))
            return false;
        var partition = JobPartition.Of(jobId);
        if (partition == JobPartition.OfControllers)
            _settings.ControlEpoch.Note(epoch);
        if (!_memory.Owners.TryGetValue(partition, out var owner) || epoch > owner.Epoch)
        {
            _memory.Owners[partition] = new PartitionOwner(epoch, null);
            return true;
        }
        if (epoch == owner.Epoch)
            return true;
        Sender.Tell(new RouterEvents.Refused(jobId, owner.Epoch));
        return false;
    }

    private RoutedJob JobOf(string jobId)
    {
        if (!_jobs.TryGetValue(jobId, out var job))
            _jobs.Add(jobId, job = new RoutedJob(jobId));
        job.HeardAt = Now;
        return job;
    }

    private void OnTick()
    {
        foreach (var job in _jobs.Values.ToArray())
        {
            LookForVms(job);
            ReadOn(job);
            SendAgain(job);
            if (Now - job.HeardAt >= (job.IsIdle ? _settings.IdleTimeout : _settings.AbandonTimeout) && job.Begun.Count == 0)
                Forget(job.Id);
        }
    }

    /// <summary>What still runs of it goes on, and nobody hears of its end.</summary>
    private void Forget(string jobId)
    {
        if (_jobs.Remove(jobId, out var job))
        {
            _memory.Held -= job.Outcomes.Held;
            _unsent.Remove(job);
            CountEnded(job);
            FanOutMetrics.Pending.Add(-job.Begun.Count);
            foreach (var span in job.Begun.Keys.Select(invocation => invocation.Span).OfType<Activity>())
                FanOutSpans.Stop(span);
        }
        _memory.Forgotten.Add(jobId);
    }

    private sealed class Producer(ClusterRouterSettings settings, RouterMemory memory) : IIndirectActorProducer
    {
        public Type ActorType => typeof(ClusterRouter);

        public ActorBase Produce() => new ClusterRouter(settings, memory);

        public void Release(ActorBase actor)
        {
        }
    }
}
