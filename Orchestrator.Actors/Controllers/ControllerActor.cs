using Akka.Actor;
using Orchestrator.Actors.Controllers.Storage;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// One instance of a controller: calls its handlers one after the other, tries again what fails, and tells its feed how far it is. Its object is
/// the user's code; what it throws, and that it does not end, stays here. Child of the <see cref="ControllerFeedActor"/>.
/// </summary>
internal sealed class ControllerActor : UntypedActor, IWithTimers
{
    private const string TickTimer = "tick";
    private const string RetryTimer = "retry";
    private const string OverdueTimer = "overdue";

    private readonly ControllerRegistration _registration;
    private readonly ControllerEnvironment _environment;
    private readonly ControllerCommander _commander;
    private readonly ControllerCaller _caller;
    private readonly Queue<ControllerSignals.Handle> _waiting = new();
    private InstanceMark _mark;
    private IReadOnlyDictionary<string, string> _state;
    private Controller? _controller;
    private ControllerWork? _work;
    private FeedPlace? _place;
    private Running? _running;
    private int _attempt;
    private (ControllerWork Work, FeedPlace? Place, int Attempt)? _deferred;
    private bool _hasStarted;
    private bool _isTickDue;
    private bool _isPaused;
    private bool _isLeaving;

    /// <summary>A call under way.</summary>
    private sealed class Running(ControllerCall call, CancellationTokenSource time)
    {
        public ControllerCall Call { get; } = call;

        public CancellationTokenSource Time { get; } = time;
    }

    private sealed record Ended(Running Running, RunEnd End, Controller? Controller) : ILocalSignal;

    private sealed record Overdue(Running Running) : ILocalSignal;

    private sealed class Due : ILocalSignal
    {
        public static readonly Due Tick = new();
        public static readonly Due Retry = new();
    }

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ControllerActor(ControllerRegistration registration, ControllerEnvironment environment, ControllerCommander commander, ControllerCaller caller, StoredInstance from, bool isPaused)
    {
        (_registration, _environment, _commander, _caller, _isPaused) = (registration, environment, commander, caller, isPaused);
        (_mark, _state) = (from.Mark, from.State);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    /// <param name="registration">Of the controller.</param>
    /// <param name="environment">Of the node.</param>
    /// <param name="commander">Of the controller.</param>
    /// <param name="caller">Who it is.</param>
    /// <param name="from">What it goes on with.</param>
    /// <param name="isPaused">Whether it begins nothing yet.</param>
    public static Props PropsFor(ControllerRegistration registration, ControllerEnvironment environment, ControllerCommander commander, ControllerCaller caller, StoredInstance from, bool isPaused) =>
        Props.Create(() => new ControllerActor(registration, environment, commander, caller, from, isPaused));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_registration.Interval is { } interval)
            Timers.StartPeriodicTimer(TickTimer, Due.Tick, InstanceTicks.First(_caller, interval), interval);
        Next();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        if (_running is { } running)
        {
            running.Call.End();
            running.Time.Cancel();
        }
        else
        {
            (_controller as IDisposable)?.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ControllerSignals.Handle handle:
                _waiting.Enqueue(handle);
                Next();
                break;
            case Ended ended when ended.Running == _running:
                _controller = ended.Controller;
                OnEnded(ended.End);
                break;
            case Ended ended:
                // Left alone before, and another object is in its place.
                (ended.Controller as IDisposable)?.Dispose();
                break;
            case Overdue overdue when overdue.Running == _running:
                OnOverdue();
                break;
            case Due due when due == Due.Tick:
                _isTickDue = true;
                Next();
                break;
            case Due:
                Run();
                break;
            case ControllerSignals.SetPaused set:
                _isPaused = set.IsPaused;
                Next();
                break;
            case ControllerSignals.Leave:
                _isLeaving = true;
                Next();
                break;
            case ILocalSignal:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Begins what comes next, if nothing is under way.</summary>
    private void Next()
    {
        if (_work is not null)
            return;
        if (_isLeaving && _waiting.Count == 0)
        {
            _isLeaving = false;
            Context.Parent.Tell(new ControllerSignals.Left(new StoredInstance(_mark, _state)));
            return;
        }
        if (!_isPaused && Take())
            Run();
    }

    private bool Take()
    {
        (_place, _attempt) = (null, 0);
        if (!_hasStarted)
            _work = new ControllerWork.Start(_mark.Born, _mark.Starts + 1);
        else if (_deferred is { } deferred)
            ((_work, _place, _attempt), _deferred) = (deferred, null);
        else if (_isTickDue)
            (_work, _isTickDue) = (new ControllerWork.Tick(_mark.Born, _mark.Ticks + 1), false);
        while (_work is null && _waiting.TryDequeue(out var next))
        {
            if (next.Work is ControllerWork.Happened happened && !InstanceTicks.IsAfter(happened.What.Position, _mark.Cursor[happened.Log]))
                Context.Parent.Tell(new ControllerSignals.Done(next.Place, null, null));
            else
                (_work, _place) = (next.Work, next.Place);
        }
        return _work is not null;
    }

    private void Run()
    {
        if (_work is null || _running is not null)
            return;
        if (!_hasStarted && _work is not ControllerWork.Start)
        {
            // A new object begins first.
            (_deferred, _work) = ((_work, _place, _attempt), null);
            Next();
            return;
        }
        _attempt++;
        var call = new ControllerCall(_environment, _commander, _caller, _state, _work, _attempt);
        var time = _registration.Quota.Timeout;
        var running = _running = new Running(call, new CancellationTokenSource(time, _environment.Time));
        Timers.StartSingleTimer(OverdueTimer, new Overdue(running), time + _environment.Settings.AbandonAfter);
        var controller = _controller;
        ControllerRun.StartAsync(() => controller ??= _registration.Create(), _work, call, time, running.Time.Token)
            .PipeTo(Self, success: end => new Ended(running, end, controller));
    }

    private void OnEnded(RunEnd end)
    {
        Timers.Cancel(OverdueTimer);
        _running!.Time.Dispose();
        _running = null;
        if (end.Error is null)
            Finish(end.Changes, end.Complaint is null ? ControllerHealth.Ok : ControllerHealth.Complaining, end.Complaint, null);
        else
            OnFailed(end.Error);
    }

    /// <summary>The handler does not end although its time is over: it is left alone, with its object.</summary>
    private void OnOverdue()
    {
        _running!.Call.End();
        (_running, _controller, _hasStarted) = (null, null, false);
        OnFailed($"the handler does not end, {_environment.Settings.AbandonAfter.TotalSeconds:0} s after its time of {_registration.Quota.Timeout.TotalSeconds:0.###} s was over: its object was left alone, and a new one takes its place");
    }

    private void OnFailed(string error)
    {
        if (_attempt > _environment.Settings.Retries)
        {
            var happened = (_work as ControllerWork.Happened)?.What;
            Finish(RunEnd.Failed(error).Changes, ControllerHealth.Failing, error, new FailedWork(
                _environment.Time.GetUtcNow(), _caller.Instance, _work!.Key, happened?.Name, happened?.VmName, _attempt, error));
            return;
        }
        Timers.StartSingleTimer(RetryTimer, Due.Retry, _environment.Settings.Retry.After(_attempt));
        Context.Parent.Tell(new ControllerSignals.Told(ControllerHealth.Failing, error, Retried: true));
    }

    private void Finish(IReadOnlyDictionary<string, string?> changes, ControllerHealth health, string? message, FailedWork? failure)
    {
        _state = MemoryControllerStore.Changed(_state, changes);
        _mark = InstanceTicks.After(_mark, _work!);
        _hasStarted |= _work is ControllerWork.Start;
        Context.Parent.Tell(new ControllerSignals.Told(health, message, Retried: false));
        Context.Parent.Tell(new ControllerSignals.Done(_place, new InstanceChange(_mark, changes), failure) { IsTick = _work is ControllerWork.Tick });
        (_work, _place) = (null, null);
        Next();
    }
}
