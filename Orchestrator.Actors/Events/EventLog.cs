using Akka.Actor;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Events;

/// <summary>
/// Gives every event of this node its place in one order, appends it to the log in batches and shows it to readers once it is there. They pull, each
/// at its own pace: the newest come from memory, older ones from disk. While the disk cannot be written, events are shown all the same, and written
/// when it can. One per node.
/// </summary>
public sealed class EventLog : UntypedActor, IWithTimers
{
    private const string WriteTimer = "write";
    private const string PauseTimer = "pause";
    private const string TrimTimer = "trim";
    private const string NewsTimer = "news";

    /// <summary>A node is busy, and its writes have pauses between them, from so many writes on that follow each other closely, until a pause brings fewer events than that.</summary>
    private const int BusyFrom = 4;

    /// <summary>So many do not wait until <see cref="EventLogSettings.WritePause"/> is over.</summary>
    private const int ManyEvents = 64;

    private static readonly TimeSpan Closely = TimeSpan.FromMilliseconds(3);

    /// <summary>Events of a batch that are held against the filters of waiting readers: of more, every reader is told.</summary>
    private const int MaxLookedAt = 16;

    /// <summary>Events that a waiting reader may be behind without being told: its cursor must not become old.</summary>
    private const int MaxPassed = 200;

    /// <summary>Quiet readers that are woken with one batch of events, at least: their turns are spread over a hundred.</summary>
    private const int LeastWoken = 8;

    private const int BatchSlices = 100;
    private const int NewsSlices = 10;

    private readonly IEventStore _store;
    private readonly EventLogSettings _settings;
    private readonly EventHistory _history;
    private readonly PageReaders<EventQueries.Read> _readers;
    private readonly Queue<FleetEvent> _unwritten = new();
    private readonly Share _waiting = new(EventMetrics.Waiting);
    private readonly Share _waitingReaders = new(EventMetrics.Readers);
    private int _failures;
    private string? _failure;
    private int _batch;
    private long _tick;
    private long _givenUp;
    private bool _isWriting;
    private bool _isPausing;
    private int _closeWrites;
    private TimeSpan _lastWrite;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public EventLog(IEventStore store, EventLogSettings settings)
    {
        (_store, _settings) = (store, settings);
        _history = new EventHistory(store.Extent, settings.KeptInMemory);
        _readers = new PageReaders<EventQueries.Read>(settings.MaxWaitingReaders);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    /// <param name="store">Open.</param>
    /// <param name="settings">Limits.</param>
    public static Props PropsFor(IEventStore store, EventLogSettings settings) => Props.Create(() => new EventLog(store, settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(TrimTimer, EventSignals.TrimDue.Instance, TimeSpan.FromSeconds(1), _settings.TrimPause);
        Timers.StartPeriodicTimer(NewsTimer, EventSignals.NewsDue.Instance, _settings.NewsPause / NewsSlices, _settings.NewsPause / NewsSlices);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _waiting.Dispose();
        _waitingReaders.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FleetEvent happened:
                OnEvent(happened);
                break;
            case EventQueries.Read read:
                OnRead(Sender, read);
                break;
            case EventQueries.Find find:
                OnFind(find);
                break;
            case EventQueries.GetHealth:
                Sender.Tell(new EventReplies.Health(_unwritten.Count + _batch, _failures == 0 ? null : _failure));
                break;
            case EventSignals.Written written:
                OnWritten(written.Events);
                break;
            case EventSignals.NotWritten failed:
                OnNotWritten(failed);
                break;
            case EventSignals.WriteDue:
                _isWriting = false;
                Write();
                break;
            case EventSignals.PauseOver:
                OnPauseOver();
                break;
            case EventSignals.TrimDue:
                Trim();
                break;
            case EventSignals.NewsDue:
                TellNews();
                break;
            case EventSignals.Trimmed trimmed:
                _history.Trim(trimmed.First);
                break;
            case EventSignals.Untrimmed failed:
                EventLogEntries.NotForgotten(Context.Log<EventLog>(), failed.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnEvent(FleetEvent happened)
    {
        var numbered = _history.Number(happened);
        _unwritten.Enqueue(numbered);
        if (_unwritten.Count > _settings.MaxUnwritten)
            GiveUpOldest();
        if (_failures > 0)
            Show([numbered]);
        Write();
        _waiting.Set(_unwritten.Count + _batch);
    }

    /// <summary>Readers are told of a gap.</summary>
    private void GiveUpOldest()
    {
        _unwritten.Dequeue();
        EventMetrics.GivenUp.Add();
        if (_givenUp++ == 0)
            EventLogEntries.GivingUp(Context.Log<EventLog>(), _settings.MaxUnwritten);
    }

    /// <summary>What came together while the disk was busy, and in the pause after it, goes in one batch.</summary>
    private void Write()
    {
        if (_isWriting || _unwritten.Count == 0 || (_isPausing && _unwritten.Count < ManyEvents))
            return;
        _isWriting = true;
        var batch = new List<FleetEvent>(Math.Min(_unwritten.Count, _settings.MaxBatch));
        while (batch.Count < _settings.MaxBatch && _unwritten.TryDequeue(out var next))
            batch.Add(next);
        _batch = batch.Count;
        Pace();
        _store.AppendAsync(batch).PipeTo(Self, success: () => new EventSignals.Written(batch), failure: error => new EventSignals.NotWritten(batch, error.Message));
    }

    private void Pace()
    {
        if (_settings.WritePause == TimeSpan.Zero)
            return;
        var now = Context.System.Scheduler.MonotonicClock;
        if (_closeWrites < BusyFrom)
            _closeWrites = now - _lastWrite < Closely ? _closeWrites + 1 : 0;
        _lastWrite = now;
        if (_closeWrites < BusyFrom || _batch >= ManyEvents)
            return;
        _isPausing = true;
        Timers.StartSingleTimer(PauseTimer, EventSignals.PauseOver.Instance, _settings.WritePause);
    }

    private void OnPauseOver()
    {
        _isPausing = false;
        if (_unwritten.Count < BusyFrom)
            _closeWrites = 0;
        Write();
    }

    private void OnWritten(IReadOnlyList<FleetEvent> batch)
    {
        (_isWriting, _failures, _batch) = (false, 0, 0);
        EventMetrics.Logged.Add(batch.Count);
        _waiting.Set(_unwritten.Count);
        if (_givenUp > 0 && _unwritten.Count == 0)
        {
            EventLogEntries.CaughtUp(Context.Log<EventLog>(), _givenUp);
            _givenUp = 0;
        }
        Show(batch);
        Write();
    }

    /// <summary>The batch goes back before all that came since, and is shown meanwhile: who watches must not be blind because a disk is full.</summary>
    private void OnNotWritten(EventSignals.NotWritten failed)
    {
        if (_failures++ == 0)
            EventLogEntries.NotWritten(Context.Log<EventLog>(), failed.Message);
        (_batch, _failure) = (0, failed.Message);
        EventMetrics.WriteFailures.Add();
        var later = _unwritten.ToArray();
        _unwritten.Clear();
        foreach (var happened in failed.Events.Concat(later).TakeLast(_settings.MaxUnwritten))
            _unwritten.Enqueue(happened);
        _waiting.Set(_unwritten.Count);
        Timers.StartSingleTimer(WriteTimer, EventSignals.WriteDue.Instance, _settings.Retry.After(_failures));
        Show(failed.Events);
    }

    private void Show(IReadOnlyList<FleetEvent> events)
    {
        if (!_history.Show(events))
            return;
        var mayWake = Slice(BatchSlices);
        _readers.AnswerAll((reader, read) =>
        {
            if (read.Filter is { } filter && events.Count <= MaxLookedAt && !events.Any(filter.MayMatch))
                TellQuiet(reader, read, ref mayWake, isDue: _history.Shown - read.After!.Value.Sequence >= Math.Min(read.Max, MaxPassed));
            else
                OnRead(reader, read);
        });
        _waitingReaders.Set(_readers.Count);
    }

    /// <summary>A slice of those that are behind, the longest waiting first: in ten ticks it was everybody's turn.</summary>
    private void TellNews()
    {
        _tick++;
        var mayWake = Slice(NewsSlices);
        _readers.AnswerAll((reader, read) =>
        {
            if (read.DueTick is > 0 and var due && due <= _tick)
                OnRead(reader, read with { Wait = false });
            else
                TellQuiet(reader, read, ref mayWake, isDue: _history.Shown > read.After!.Value.Sequence);
        });
    }

    private int Slice(int slices) => Math.Max(LeastWoken, (_readers.Count / slices) + 1);

    /// <summary>
    /// Many quiet readers cost little: each is left alone while only events come that it does not want, until it is far behind; and never are many
    /// woken at once, which would delay those that want something.
    /// </summary>
    private void TellQuiet(IActorRef reader, EventQueries.Read read, ref int mayWake, bool isDue)
    {
        if (isDue && mayWake-- > 0)
            OnRead(reader, read);
        else
            _readers.Park(reader, read, AnswerEmpty);
    }

    private void OnRead(IActorRef reader, EventQueries.Read read)
    {
        var (after, gap) = _history.Resolve(read.After);
        if (gap is null && read.Wait && after >= _history.Shown)
            Park(reader, Waiting(read, after));
        else if (_history.IsInMemory(after))
            reader.Tell(EventPages.Fit(_history.Page(after, read.Max, gap), read));
        else
            ReadFromDisk(reader, after, read, gap);
    }

    /// <summary>A place in time must not move on while its reader waits.</summary>
    private EventQueries.Read Waiting(EventQueries.Read read, long after)
    {
        var placed = read with { After = _history.Epochs.PositionAt(after) };
        return read.Patience is { } patience && read.DueTick == 0 ? placed with { DueTick = _tick + Math.Max(1, (long)(patience / (_settings.NewsPause / NewsSlices))) } : placed;
    }

    private void Park(IActorRef reader, EventQueries.Read read)
    {
        _readers.Park(reader, read, AnswerEmpty);
        _waitingReaders.Set(_readers.Count);
    }

    private void AnswerEmpty(IActorRef reader, EventQueries.Read read) => reader.Tell(new EventReplies.Page([], read.After!.Value, null, IsCaughtUp: true));

    private void ReadFromDisk(IActorRef reader, long after, EventQueries.Read read, EventGap? gap)
    {
        var (epochs, inMemory, shown) = (_history.Epochs, _history.FirstInMemory, _history.Shown);
        _store.ReadAsync(after, read.Max).PipeTo(
            reader,
            success: events => EventPages.Fit(epochs.Page(after, events, inMemory, gap, shown), read),
            failure: error => new EventReplies.Failed(error.Message));
    }

    private void OnFind(EventQueries.Find find)
    {
        if (find.Since is not { } since)
        {
            Sender.Tell(new EventReplies.Found(_history.Epochs.PositionAt(_history.Last)));
            return;
        }
        var epochs = _history.Epochs;
        _store.FindAsync(since).PipeTo(Sender, success: sequence => new EventReplies.Found(epochs.PositionAt(sequence)), failure: error => new EventReplies.Failed(error.Message));
    }

    private void Trim() => _store.TrimAsync(_settings.Retention).PipeTo(Self, success: first => new EventSignals.Trimmed(first), failure: error => new EventSignals.Untrimmed(error.Message));
}
