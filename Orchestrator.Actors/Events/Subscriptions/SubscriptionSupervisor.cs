using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>
/// Owns the subscriptions: takes them up at its start, makes, finds and forgets them. All that it knows is in the store, so that it may be stopped at any time and
/// begun anew, here or on another node. One per node, or per cluster.
/// </summary>
public sealed partial class SubscriptionSupervisor : UntypedActor, IWithTimers
{
    /// <summary>Requests that come before the store has told which subscriptions there are.</summary>
    private const int MaxEarly = 256;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly SubscriptionEnvironment _environment;
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<(object Message, IActorRef Requester)> _early = [];
    private readonly CancellationTokenSource _stopped = new();
    private int _loadFailures;
    private int _creating;
    private bool _isLoaded;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public SubscriptionSupervisor(SubscriptionEnvironment environment) => _environment = environment;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    public static Props PropsFor(SubscriptionEnvironment environment) => Props.Create(() => new SubscriptionSupervisor(environment));

    /// <summary>One that fails is begun anew after a pause, so that what makes it fail does not keep a processor busy.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void PreStart() => Load();

    /// <inheritdoc/>
    protected override void PostStop() => _stopped.Cancel();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubscriptionCommands.Create or SubscriptionCommands.OfOne or SubscriptionQueries.List:
                OnRequest(message, Sender);
                break;
            case SubscriptionSignals.Loaded loaded:
                OnLoaded(loaded.Subscriptions);
                break;
            case SubscriptionSignals.NotLoaded failed:
                OnNotLoaded(failed.Message);
                break;
            case SubscriptionSignals.LoadDue:
                Load();
                break;
            case SubscriptionSignals.Created created:
                OnCreated(created);
                break;
            case SubscriptionSignals.NotCreated failed:
                _creating--;
                failed.Requester.Tell(failed.Answer);
                break;
            case SubscriptionSignals.Removed removed:
                OnRemoved(removed);
                break;
            case DutyLost:
                Context.GiveUpDuty();
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            case SubscriptionSignals.RestartDue due:
                if (_entries.TryGetValue(due.Id, out var entry))
                    Start(entry);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Load() => _environment.Store.LoadAsync().PipeTo(Self, success: static object (all) => new SubscriptionSignals.Loaded(all), failure: static error => error.IsDutyLost() ? DutyLost.Instance : new SubscriptionSignals.NotLoaded(error.Message));

    private void OnLoaded(IReadOnlyList<Subscription> subscriptions)
    {
        _isLoaded = true;
        foreach (var subscription in subscriptions)
            Add(subscription);
        foreach (var (message, requester) in _early)
            OnRequest(message, requester);
        _early.Clear();
    }

    private void OnNotLoaded(string message)
    {
        WebhookLogEntries.Unreadable(Context.Log<SubscriptionSupervisor>(), message);
        Timers.StartSingleTimer("load", SubscriptionSignals.LoadDue.Instance, _environment.Retry.After(++_loadFailures));
        foreach (var (_, requester) in _early)
            requester.Tell(new SubscriptionReplies.Rejected("store-unavailable", message));
        _early.Clear();
    }

    private void OnRequest(object message, IActorRef requester)
    {
        if (!_isLoaded)
            Keep(message, requester);
        else if (message is SubscriptionCommands.Create create)
            OnCreate(create, requester);
        else if (message is SubscriptionQueries.List)
            ListAsync([.. _entries.Values.Select(entry => (entry.Cell, entry.Actor))]).PipeTo(requester);
        else
            OnRequestOfOne((SubscriptionCommands.OfOne)message, requester);
    }

    private void Keep(object message, IActorRef requester)
    {
        if (_early.Count < MaxEarly)
            _early.Add((message, requester));
        else
            requester.Tell(new SubscriptionReplies.Rejected("store-unavailable", "the subscriptions are still being read: ask again"));
    }

    private void OnRequestOfOne(SubscriptionCommands.OfOne message, IActorRef requester)
    {
        if (!_entries.TryGetValue(message.Id, out var entry))
            requester.Tell(new SubscriptionReplies.Rejected("subscription-not-found", $"there is no subscription '{message.Id}': GET /v1/subscriptions lists them"));
        else if (message is SubscriptionQueries.DeadLetters letters)
            ReadLettersAsync(letters).PipeTo(requester);
        else if (message is SubscriptionQueries.Get)
            ShowAsync(entry.Cell, entry.Actor).PipeTo(requester);
        else if (message is SubscriptionCommands.Delete)
            RemoveAsync(entry.Cell, entry.Actor, requester).PipeTo(Self);
        else if (entry.Actor is { } actor)
            actor.Tell(message, requester);
        else
            requester.Tell(new SubscriptionReplies.Rejected("no-answer", "the subscription failed and is begun anew in a few seconds: see the node's log"));
    }

    private void Add(Subscription subscription)
    {
        var entry = new Entry(new SubscriptionCell(subscription));
        _entries.Add(subscription.Id, entry);
        Start(entry);
    }

    private void Start(Entry entry) => entry.Actor = Context.Watch(Context.ActorOf(WebhookActor.PropsFor(entry.Cell, _environment), entry.Cell.Current.Id));

    private void OnTerminated(IActorRef actor)
    {
        var id = actor.Path.Name;
        if (!_entries.TryGetValue(id, out var entry) || !actor.Equals(entry.Actor))
            return;
        entry.Actor = null;
        Timers.StartSingleTimer(id, new SubscriptionSignals.RestartDue(id), _environment.RestartPause);
    }

    private sealed class Entry(SubscriptionCell cell)
    {
        public SubscriptionCell Cell { get; } = cell;

        public IActorRef? Actor { get; set; }
    }
}
