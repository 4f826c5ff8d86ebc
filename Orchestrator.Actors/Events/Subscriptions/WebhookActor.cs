using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>
/// Delivers the events of one subscription: pulls a page, sends what fits of it one request at a time, and keeps the cursor on disk after each
/// that was acknowledged or has become dead letters. What goes wrong with its receiver is its own trouble: it holds one page and waits.
/// </summary>
internal sealed partial class WebhookActor : UntypedActor, IWithTimers
{
    private const string SendTimer = "send";
    private const string ReadTimer = "read";
    private const string SaveTimer = "save";
    private const string PauseTimer = "pause";
    private const string CheckpointTimer = "checkpoint";

    private readonly SubscriptionCell _cell;
    private readonly SubscriptionEnvironment _environment;
    private readonly CancellationTokenSource _life = new();
    private readonly EventReader _reader;
    private StandingNeed? _need;
    private DeliveryPage? _page;
    private Delivery? _delivery;
    private EventCursor _passed;
    private int _attempts;
    private int _readFailures;
    private bool _isReading;
    private bool _isBusy;
    private bool _isFailing;
    private DateTimeOffset _retryAt;
    private DateTimeOffset _rateAt;
    private string? _lastError;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public WebhookActor(SubscriptionCell cell, SubscriptionEnvironment environment)
    {
        (_cell, _environment, _passed) = (cell, environment, cell.Current.Progress.Cursor);
        _reader = new EventReader(environment.Logs, _passed, environment.PageSize);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private Subscription Known
    {
        get => _cell.Current;
        set => _cell.Current = value;
    }

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    /// <summary>Props.</summary>
    /// <param name="cell">Its subscription.</param>
    /// <param name="environment">What all share.</param>
    public static Props PropsFor(SubscriptionCell cell, SubscriptionEnvironment environment) => Props.Create(() => new WebhookActor(cell, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        // Also while it is paused: what happens meanwhile is delivered later.
        _need = StandingNeed.Begin(_environment.Observation, Known.Spec.Filter, _environment.Time);
        Next();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _need?.Dispose();
        _life.Cancel();
        _life.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is WebhookSignal signal)
        {
            if (signal.Life == _life)
                OnSignal(signal);
        }
        else if (!OnCommand(message))
        {
            Unhandled(message);
        }
    }

    private void OnSignal(WebhookSignal signal)
    {
        switch (signal)
        {
            case WebhookSignal.PageRead read:
                OnPageRead(read.Page);
                break;
            case WebhookSignal.NotRead failed:
                OnNotRead(failed.Message);
                break;
            case WebhookSignal.Answered answered:
                OnAnswered(answered.Delivery, answered.Answer);
                break;
            case WebhookSignal.Saved saved:
                OnSaved(saved.Change, saved.DeadLetters);
                break;
            case WebhookSignal.NotSaved failed:
                OnNotSaved(failed.Message);
                break;
            case WebhookSignal.DutyLost:
                Context.GiveUpDuty();
                break;
            case WebhookSignal.Due due:
                OnDue(due.Timer);
                break;
            default:
                OnCommandSignal(signal);
                break;
        }
    }

    private void OnDue(string timer)
    {
        switch (timer)
        {
            case SaveTimer:
                Save(_saving!);
                break;
            case PauseTimer:
                KeepPause(null);
                break;
            case CheckpointTimer:
                Checkpoint();
                break;
            default:
                Next();
                break;
        }
    }

    /// <summary>Begins whatever is to be done now; nothing while a request or a write is on its way.</summary>
    private void Next()
    {
        if (_isBusy || Discard() || Redeliver() || Known.Pause is not null)
            return;
        Cut();
        if (_delivery is null)
            Read();
        else if (IsTime(_retryAt))
            Send(_delivery);
    }

    /// <summary>Takes the next delivery from the page, if there is none yet; a page in which nothing more fits is passed.</summary>
    private void Cut()
    {
        if (_delivery is not null || _page is null)
            return;
        _delivery = _page.Next(Known.Id, Known.Spec.MaxBatch);
        if (_delivery is not null)
            return;
        (_passed, _page) = (_page.End, null);
        if (!Timers.IsTimerActive(CheckpointTimer))
            After(CheckpointTimer, _environment.CheckpointPause);
    }

    private void Read()
    {
        if (_isReading || Timers.IsTimerActive(ReadTimer))
            return;
        _isReading = true;
        var life = _life;
        ReadAsync(life.Token).PipeTo(
            Self,
            success: page => new WebhookSignal.PageRead(life, page),
            failure: error => new WebhookSignal.NotRead(life, error is OperationCanceledException ? null : error.Message));
    }

    private async Task<EventPage> ReadAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_environment.ReadPatience, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        return await _reader.ReadAsync(either.Token).ConfigureAwait(false);
    }

    private void OnPageRead(EventPage page)
    {
        if (_readFailures > 0 && !_isFailing)
            _lastError = null;
        (_isReading, _readFailures) = (false, 0);
        _page = new DeliveryPage(page, Known.Spec.Filter, _environment.Sender);
        Next();
    }

    /// <param name="message">What is wrong; <see langword="null"/> if nothing came.</param>
    private void OnNotRead(string? message)
    {
        _isReading = false;
        if (message is null)
        {
            Next();
            return;
        }
        _lastError = message;
        After(ReadTimer, _environment.Retry.After(++_readFailures));
    }

    /// <summary>Whether a request may go out now; else it is looked at again when it may.</summary>
    private bool IsTime(DateTimeOffset notBefore)
    {
        var wait = (notBefore > _rateAt ? notBefore : _rateAt) - Now;
        if (wait <= TimeSpan.Zero)
            return true;
        After(SendTimer, wait);
        return false;
    }

    private void After(string timer, TimeSpan pause) => Timers.StartSingleTimer(timer, new WebhookSignal.Due(_life, timer), pause);
}
