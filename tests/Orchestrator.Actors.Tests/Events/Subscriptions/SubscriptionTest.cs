using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

/// <summary>A node's event log and its subscriptions, with a store, a receiver and a clock of the test's own.</summary>
public abstract class SubscriptionTest : ActorTest
{
    internal const string Id = "S";

    private protected MemorySubscriptions Store { get; } = new();

    private protected FakeWebhooks Webhooks { get; } = new();

    private protected IActorRef Events { get; }

    private protected IActorRef Supervisor { get; private set; } = ActorRefs.Nobody;

    protected SubscriptionTest() => Events = Sys.ActorOf(EventLog.PropsFor(new MemoryEventStore(Time), new EventLogSettings()));

    private protected SubscriptionEnvironment Environment => new()
    {
        Store = Store,
        Sender = Webhooks,
        Logs = EventLogs.Of("h", Events, Time),
        Time = Time,
        Chance = () => 0.5,
        MaxDeadLetters = 5,
    };

    private protected static SubscriptionSpec Spec { get; } = new() { Url = new Uri("http://receiver/") };

    /// <summary>A subscription that is in the store when its supervisor starts.</summary>
    private protected async Task StartAsync(SubscriptionSpec? spec = null, EventCursor? from = null, Func<SubscriptionEnvironment, SubscriptionEnvironment>? change = null)
    {
        await Store.AddAsync(new Subscription
        {
            Id = Id,
            CreatedAt = Time.GetUtcNow(),
            Spec = spec ?? Spec,
            Secrets = new WebhookSecrets { Current = WebhookSecrets.Create() },
            Progress = new SubscriptionProgress(from ?? EventCursor.Beginning, 0, 0),
        });
        Begin(change);
    }

    private protected void Begin(Func<SubscriptionEnvironment, SubscriptionEnvironment>? change = null) =>
        Supervisor = Sys.ActorOf(SubscriptionSupervisor.PropsFor(change is null ? Environment : change(Environment)));

    /// <summary>As when the node is killed: what is on its way is lost.</summary>
    private protected async Task KillAsync() => Assert.True(await Supervisor.GracefulStop(Limit));

    private protected void Happen(params string[] names)
    {
        foreach (var name in names)
            Events.Tell(new FleetEvent { Host = "h", VmName = name, Name = "STOP", Time = Time.GetUtcNow(), Provenance = Provenance.Host });
    }

    private protected async Task<T> AskAsync<T>(object message) => Assert.IsType<T>(await Supervisor.Ask<object>(message, Limit));

    private protected async Task<SubscriptionSnapshot> ShowAsync() => (await AskAsync<SubscriptionReplies.One>(new SubscriptionQueries.Get(Id))).Snapshot;

    private protected Task<FakeWebhooks.Sent> NextAsync() => InTime(Webhooks.NextAsync());

    /// <summary>Awaits a request with these events and answers it.</summary>
    private protected async Task AnswerAsync(string text, int? status, TimeSpan? retryAfter = null)
    {
        var sent = await NextAsync();
        Assert.Equal(text, sent.Text);
        sent.Answer(status, retryAfter);
    }

    /// <summary>Awaits that the answer before has been dealt with.</summary>
    private protected Task ShowsAsync(Func<SubscriptionSnapshot, bool> condition, string what) => Eventually.TrueAsync(async () => condition(await ShowAsync()), Limit, what);

    private protected Task WaitsAsync() => ShowsAsync(snapshot => snapshot.NextTry is not null, "the next attempt waits");

    private protected Task KeptAsync(long sequence) => Eventually.TrueAsync(() => Store[Id].Progress.Cursor["h"].Sequence == sequence, Limit, $"the cursor is at {sequence}");
}
