using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// One controller: reads the logs once for all its instances, gives each event to the one that it is for, and keeps on disk how far all of them
/// are. If an instance's actor fails, all begin anew from there. Child of the <see cref="ControllerSupervisor"/>. Behaviours: Loading → Serving.
/// </summary>
internal sealed partial class ControllerFeedActor : UntypedActor, IWithTimers, IWithStash
{
    private const string LoadTimer = "load";
    private const string ReadTimer = "read";
    private const int MaxStashed = 1_000;

    private StandingNeed? _need;
    private readonly ControllerRegistration _registration;
    private readonly ControllerEnvironment _environment;
    private readonly ControllerCommander _commander;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Queue<ControllerNote> _journal = new();
    private readonly Queue<FailedWork> _failures = new();
    private ControllerInstances _instances = null!;
    private ControllerCheckpoints _checkpoints = null!;
    private FeedProgress _progress = null!;
    private EventReader _reader = null!;
    private ControllerCounts _counts = new();
    private string? _readFailure;
    private string? _loadFailure;
    private bool _isReading;
    private bool _isPaused;
    private int _stashed;

    private sealed record Loaded(StoredController? Controller) : ILocalSignal;

    private sealed record Located(EventCursor End) : ILocalSignal;

    private sealed record NotLoaded(string Message) : ILocalSignal;

    private sealed record Read(EventPage Page) : ILocalSignal;

    private sealed record NotRead(string Message) : ILocalSignal;

    private sealed class Due : ILocalSignal
    {
        public static readonly Due Load = new();
        public static readonly Due Read = new();
        public static readonly Due Save = new();
        public static readonly Due Vms = new();
        public static readonly Due Identity = new();
    }

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ControllerFeedActor(ControllerRegistration registration, ControllerEnvironment environment)
    {
        (_registration, _environment) = (registration, environment);
        _commander = new ControllerCommander(environment, new ControllerGate(registration.Quota, environment.Time));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    private string Name => _registration.Name;

    private ControllerSettings Settings => _environment.Settings;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    public static Props PropsFor(ControllerRegistration registration, ControllerEnvironment environment) => Props.Create(() => new ControllerFeedActor(registration, environment));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _need = StandingNeed.Begin(_environment.Observation, _registration.Events, _environment.Time);
        Load();
        Become(Loading);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _need?.Dispose();
        _stopped.Cancel();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Read read:
                OnRead(read.Page);
                break;
            case NotRead failed:
                OnNotRead(failed.Message);
                break;
            case ControllerSignals.Done done:
                OnDone(done);
                break;
            case ControllerSignals.Told told:
                OnTold(told);
                break;
            case ControllerSignals.Noted noted:
                Note(noted.Note);
                break;
            case ControllerSignals.Left left:
                OnLeft(left.State);
                break;
            case ControllerQueries.Get get:
                OnGet(get, Sender);
                break;
            case ControllerCommands.Pause:
                OnPause(true);
                break;
            case ControllerCommands.Resume:
                OnPause(false);
                break;
            default:
                OnKeeping(message);
                break;
        }
    }

    private void Load() => _environment.Store.LoadAsync(Name).PipeTo(Self, success: static object (stored) => new Loaded(stored), failure: NotBegun);

    private void Loading(object message)
    {
        switch (message)
        {
            case Loaded { Controller: { } stored }:
                Begin(stored);
                break;
            case Loaded:
                _environment.Logs.FindEndAsync(_stopped.Token).PipeTo(Self, success: end => new Located(end), failure: error => new NotLoaded(error.Message));
                break;
            case Located located:
                // On disk before anything else: what happens from now on is not missed, whatever becomes of the node.
                var first = new StoredController(located.End, false, new Dictionary<string, StoredInstance>(), []);
                _environment.Store.SaveAsync(new ControllerCheckpoint(Name, located.End, false))
                    .PipeTo(Self, success: object () => new Loaded(first), failure: NotBegun);
                break;
            case DutyLost:
                Context.GiveUpDuty();
                break;
            case NotLoaded failed:
                OnNotLoaded(failed.Message);
                break;
            case Due:
                Load();
                break;
            case ControllerQueries.Get:
                Sender.Tell(new ControllerReplies.Found(Snapshot() with { Health = ControllerHealth.Failing, Message = _loadFailure ?? "it has not begun yet" }, [], null, [], []));
                break;
            default:
                if (_stashed++ < MaxStashed)
                    Stash.Stash();
                break;
        }
    }

    private static object NotBegun(Exception error) => error.IsDutyLost() ? DutyLost.Instance : new NotLoaded(error.Message);

    private void OnNotLoaded(string message)
    {
        if (_loadFailure is null)
            ControllerLogEntries.CannotBegin(Context.Log<ControllerFeedActor>(), Name, message);
        _loadFailure = message;
        Timers.StartSingleTimer(LoadTimer, Due.Load, Settings.Retry.After(1));
    }

    private void Begin(StoredController stored)
    {
        ControllerMetrics.Of(Name);
        _loadFailure = null;
        _isPaused = stored.IsPaused;
        _instances = new ControllerInstances(stored.Instances);
        _checkpoints = new ControllerCheckpoints(Name, stored.Cursor);
        _progress = new FeedProgress(stored.Cursor);
        _reader = new EventReader(_environment.Logs, stored.Cursor, Settings.PageSize);
        foreach (var failure in stored.Failures)
            _failures.Enqueue(failure);
        Become(OnReceive);
        if (_registration.Scope == ControllerScope.Fleet)
            Start(ControllerInstances.Fleet, null, null);
        else
            FollowVms();
        Stash.UnstashAll();
        ReadOn();
    }

    /// <summary>Reads the next page, unless there is enough to do, or what was done cannot be kept.</summary>
    private void ReadOn()
    {
        if (_isReading || _isPaused || _saveFailures > 0 || _progress.Open >= Settings.MaxWaiting)
            return;
        _isReading = true;
        _reader.ReadAsync(_stopped.Token).PipeTo(Self, success: page => new Read(page), failure: error => new NotRead(error.Message));
    }

    private void OnNotRead(string message)
    {
        if (_readFailure is null)
            ControllerLogEntries.CannotRead(Context.Log<ControllerFeedActor>(), Name, message);
        _readFailure = message;
        Timers.StartSingleTimer(ReadTimer, Due.Read, Settings.Retry.After(1));
    }

    private void OnRead(EventPage page)
    {
        (_isReading, _readFailure) = (false, null);
        if (page.Notice is { } notice)
            Note(notice.Kind == StreamNoticeKind.Stalled ? $"events of {notice.Host} are not read since {notice.Since:u}: {notice.Reason}" : $"events of {notice.Host} are read again, from where they were left");
        if (page.Gap is { } gap)
            OnGap(page, gap);
        foreach (var happened in page.Events)
        {
            if (_registration.Wants(happened))
                Give(page, happened);
        }
        _progress.ReadTo(page.Cursor);
        SaveSoon();
        ReadOn();
    }

    private void OnGap(EventPage page, EventGap gap)
    {
        var before = _progress.Read[page.Host];
        Note(string.Create(CultureInfo.InvariantCulture, $"events are missing: {gap.From} to {gap.To} of {page.Host} ({gap.Cause})"));
        if (_instances.Count == 0)
            return;
        var place = _progress.Add(page.Host, before, _instances.Count, null);
        foreach (var instance in _instances.All)
            Give(instance, new ControllerWork.Lost(page.Host, before, gap), place);
    }

    private static void Give(FeedInstance instance, ControllerWork work, FeedPlace place)
    {
        instance.Waiting.Enqueue(place);
        instance.Actor.Tell(new ControllerSignals.Handle(work, place));
    }

    private void Note(string text) => Note(new ControllerNote(Now, "", ControllerNote.Cut(text)));

    private void Note(ControllerNote note)
    {
        if (_journal.Count >= ControllerNote.MaxKept)
            _journal.Dequeue();
        _journal.Enqueue(note);
    }
}
