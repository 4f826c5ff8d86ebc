using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteSubscriptionStoreTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private SqliteDatabase _database = null!;
    private SqliteSubscriptionStore _store = null!;

    public async Task InitializeAsync() => await OpenAsync();

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

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
        await ReopenAsync();

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
        await ReopenAsync();

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

    [Fact]
    public async Task Disk_that_is_full_is_told_as_what_it_is_and_nothing_of_a_step_is_there()
    {
        await _database.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "small.db"), StoreSchema.Migrations, session => session.Execute("PRAGMA max_page_count=60"));
        _store = new SqliteSubscriptionStore(_database);
        await _store.AddAsync(Sample("a"));
        var large = Letter("x") with { Document = new WebhookDocument("x", null, new byte[1 << 20]) };

        var failure = await Assert.ThrowsAsync<SubscriptionStoreException>(() => _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(1), 0, 1), [large], [])));
        Assert.Contains("the disk is full", failure.Message);
        Assert.Equal(At(0).ToString(), Assert.Single(await _store.LoadAsync()).Progress.Cursor.ToString());
    }

    [Fact]
    public async Task Database_of_before_subscriptions_gets_their_tables()
    {
        var path = Path.Combine(_directory.FullName, "old.db");
        await (await SqliteDatabase.OpenAsync(path, [.. StoreSchema.Migrations.Take(2)])).DisposeAsync();
        await using var database = await SqliteDatabase.OpenAsync(path, StoreSchema.Migrations);

        await new SqliteSubscriptionStore(database).AddAsync(Sample("a"));

        Assert.Single(await new SqliteSubscriptionStore(database).LoadAsync());
    }

    private async Task ReopenAsync()
    {
        await _database.DisposeAsync();
        await OpenAsync();
    }

    private async Task OpenAsync()
    {
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        _store = new SqliteSubscriptionStore(_database);
    }

    private static EventCursor At(long sequence) => EventCursor.Beginning.With("node1", new EventPosition(1_700_000_000_000, sequence));

    private static SubscriptionChange Adding(params string[] types) => new(new SubscriptionProgress(At(1), 0, types.Length), [.. types.Select(Letter)], []);

    private static DeadLetter Letter(string type) => new()
    {
        Document = new WebhookDocument(type, null, System.Text.Encoding.UTF8.GetBytes($$"""{"type":"{{type}}"}""")),
        Reason = "HTTP 400",
        Attempts = 3,
        FailedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_060_123),
    };

    private static Subscription Sample(string id) => new()
    {
        Id = id,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_456),
        Spec = new SubscriptionSpec { Url = new Uri("http://receiver/") },
        Secrets = new WebhookSecrets { Current = "secret" },
        Progress = new SubscriptionProgress(At(0), 0, 0),
    };
}
