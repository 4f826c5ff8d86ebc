using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>What every store of subscriptions promises; run against each of them.</summary>
public abstract class SubscriptionStoreTests : IAsyncLifetime
{
    private ISubscriptionStore _store = null!;

    public async Task InitializeAsync() => _store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store at first, later the same one after the node was started anew.</summary>
    private protected abstract Task<ISubscriptionStore> OpenAsync();

    [Fact]
    public async Task Subscription_is_there_again_after_a_restart_with_all_that_it_had()
    {
        Assert.True(TargetSelector.TryParse("web* and not s:Paused", out var selector, out _));
        Assert.True(EventExpression.TryParse("data.reason = 'panic'", out var expression, out _));
        var made = Sample("b") with
        {
            Spec = new SubscriptionSpec
            {
                Name = "it's ours",
                Url = new Uri("https://receiver.example/hook?a=b%20c"),
                Filter = new EventFilter { Types = ["GUEST_*", "STOP"], Vms = selector, Expression = expression },
                Mode = DeliveryMode.Batched,
                MaxBatch = 17,
                Timeout = TimeSpan.FromSeconds(2.5),
                Retries = 3,
                AllowedRate = 60,
            },
            Secrets = new WebhookSecrets { Current = "one", Previous = "two", PreviousUntil = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123) },
            Progress = new SubscriptionProgress(At(7), 5, 2),
            Pause = new SubscriptionPause(PauseCause.Gone, "HTTP 410"),
        };
        await _store.AddAsync(made);
        await _store.AddAsync(Sample("a"));
        _store = await OpenAsync();

        var all = await _store.LoadAsync();
        Assert.Equal(["a", "b"], all.Select(subscription => subscription.Id));
        var read = all[1];
        Assert.Equal((made.CreatedAt, made.Secrets, made.Pause), (read.CreatedAt, read.Secrets, read.Pause));
        Assert.Equal((At(7).ToString(), 5, 2), (read.Progress.Cursor.ToString(), read.Progress.Delivered, read.Progress.Failed));
        Assert.Equal(made.Spec with { Filter = read.Spec.Filter }, read.Spec);
        Assert.Equal(["GUEST_*", "STOP"], read.Spec.Filter.Types);
        Assert.Equal("web* and not s:Paused", read.Spec.Filter.Vms?.Text);
        Assert.Equal("data.reason = 'panic'", read.Spec.Filter.Expression?.ToString());
        Assert.Equal((new SubscriptionSpec { Url = made.Spec.Url } with { Url = all[0].Spec.Url, Filter = all[0].Spec.Filter }, null, null), (all[0].Spec, all[0].Pause, all[0].Secrets.Previous));
    }

    [Fact]
    public async Task Step_changes_cursor_counters_and_dead_letters_together()
    {
        await _store.AddAsync(Sample("a"));
        Assert.Null(await _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(1), 1, 0), [], [])));
        Assert.Equal(2, await _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(3), 1, 2), [Letter("x"), Letter("y")], [])));
        var keys = await _store.DeadLetterKeysAsync("a");
        Assert.Equal(1, await _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(3), 2, 2), [], [keys[0]])));
        _store = await OpenAsync();

        var read = Assert.Single(await _store.LoadAsync());
        Assert.Equal((At(3).ToString(), 2, 2, 1), (read.Progress.Cursor.ToString(), read.Progress.Delivered, read.Progress.Failed, read.DeadLetters));
        var letter = Assert.Single(await _store.DeadLettersAsync("a", 0, 10));
        Assert.Equal((keys[1], "y", null, "HTTP 400", 3, Letter("y").FailedAt), (letter.Key, letter.Document.Type, letter.Document.Subject, letter.Reason, letter.Attempts, letter.FailedAt));
        Assert.Equal("""{"type":"y"}"""u8, letter.Document.Json.Span);
    }

    [Fact]
    public async Task Pause_and_secrets_change_nothing_else()
    {
        await _store.AddAsync(Sample("a"));
        await _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(9), 9, 0), [], []));
        await _store.SavePauseAsync("a", new SubscriptionPause(PauseCause.Asked, "why"));
        await _store.SaveSecretsAsync("a", new WebhookSecrets { Current = "new", Previous = "old", PreviousUntil = DateTimeOffset.UnixEpoch });
        var read = Assert.Single(await _store.LoadAsync());
        Assert.Equal((9, new SubscriptionPause(PauseCause.Asked, "why"), "new", "old"), (read.Progress.Delivered, read.Pause, read.Secrets.Current, read.Secrets.Previous));
        await _store.SavePauseAsync("a", null);

        Assert.Null(Assert.Single(await _store.LoadAsync()).Pause);
    }

    [Fact]
    public async Task Dead_letters_are_listed_in_pages_and_by_key_and_of_one_subscription_only()
    {
        await _store.AddAsync(Sample("a"));
        await _store.AddAsync(Sample("b"));
        await _store.SaveAsync("a", Adding("1", "2", "3"));
        await _store.SaveAsync("b", Adding("other"));
        var first = await _store.DeadLettersAsync("a", 0, 2);
        var keys = await _store.DeadLetterKeysAsync("a");

        Assert.Equal(["1", "2"], first.Select(letter => letter.Document.Type));
        Assert.Equal(["3"], (await _store.DeadLettersAsync("a", first[^1].Key, 2)).Select(letter => letter.Document.Type));
        Assert.Equal(["1", "3"], (await _store.DeadLettersAsync("a", [keys[2], keys[0], 12345])).Select(letter => letter.Document.Type));
        Assert.Empty(await _store.DeadLettersAsync("b", keys));
        Assert.Equal(1, await _store.SaveAsync("b", new SubscriptionChange(new SubscriptionProgress(At(1), 0, 0), [], keys)));
        Assert.Equal(3, (await _store.DeadLetterKeysAsync("a")).Count);
    }

    [Fact]
    public async Task Removed_subscription_takes_its_dead_letters_along_and_a_late_step_brings_nothing_back()
    {
        await _store.AddAsync(Sample("a"));
        await _store.SaveAsync("a", Adding("1"));
        await _store.RemoveAsync("a");
        await _store.RemoveAsync("a");
        Assert.Null(await _store.SaveAsync("a", Adding("2")));
        await _store.SavePauseAsync("a", new SubscriptionPause(PauseCause.Asked, ""));

        Assert.Empty(await _store.LoadAsync());
        Assert.Empty(await _store.DeadLetterKeysAsync("a"));
    }

    [Fact]
    public async Task Key_of_a_dead_letter_is_never_used_again()
    {
        await _store.AddAsync(Sample("a"));
        await _store.SaveAsync("a", Adding("1"));
        var keys = await _store.DeadLetterKeysAsync("a");
        await _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(1), 0, 0), [], keys));
        await _store.SaveAsync("a", Adding("2"));

        Assert.True((await _store.DeadLetterKeysAsync("a"))[0] > keys[0]);
    }

    private protected static EventCursor At(long sequence) => EventCursor.Beginning.With("node1", new EventPosition(1_700_000_000_000, sequence));

    private protected static SubscriptionChange Adding(params string[] types) => new(new SubscriptionProgress(At(1), 0, types.Length), [.. types.Select(Letter)], []);

    private protected static DeadLetter Letter(string type) => new()
    {
        Document = new WebhookDocument(type, null, System.Text.Encoding.UTF8.GetBytes($$"""{"type":"{{type}}"}""")),
        Reason = "HTTP 400",
        Attempts = 3,
        FailedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_060_123),
    };

    private protected static Subscription Sample(string id) => new()
    {
        Id = id,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_456),
        Spec = new SubscriptionSpec { Url = new Uri("http://receiver/") },
        Secrets = new WebhookSecrets { Current = "secret" },
        Progress = new SubscriptionProgress(At(0), 0, 0),
    };
}
