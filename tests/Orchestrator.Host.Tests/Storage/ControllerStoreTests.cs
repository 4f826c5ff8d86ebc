using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>What every store of controllers promises; run against each of them.</summary>
public abstract class ControllerStoreTests : IAsyncLifetime
{
    private static readonly EventCursor Here = EventCursor.Beginning.With("node1", new EventPosition(5, 7));
    private IControllerStore _store = null!;

    public async Task InitializeAsync() => _store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store at first, later the same one after the node was started anew.</summary>
    private protected abstract Task<IControllerStore> OpenAsync();

    /// <summary>Closes what is open, so that it fails.</summary>
    private protected abstract Task CloseAsync();

    [Fact]
    public async Task One_that_never_ran_is_not_there()
    {
        await _store.SaveAsync(new ControllerCheckpoint("other", Here, false));
        Assert.Null(await _store.LoadAsync("c"));
    }

    /// <summary>The store in memory, which tests of the actors trust, and the one on disk do the same.</summary>
    [Fact]
    public async Task Checkpoints_add_up_as_in_memory_also_over_a_restart()
    {
        var memory = new MemoryControllerStore();
        foreach (var checkpoint in Checkpoints())
        {
            await memory.SaveAsync(checkpoint);
            await _store.SaveAsync(checkpoint);
            _store = await OpenAsync();
            AssertSame((await memory.LoadAsync("c"))!, (await _store.LoadAsync("c"))!);
        }
    }

    [Fact]
    public async Task Only_the_newest_failures_are_kept()
    {
        await _store.SaveAsync(new ControllerCheckpoint("c", Here, false) { Failures = [.. Enumerable.Range(0, 130).Select(number => Failure($"{number}"))] });
        await _store.SaveAsync(new ControllerCheckpoint("d", Here, false) { Failures = [Failure("d")] });

        var failures = (await _store.LoadAsync("c"))!.Failures;
        Assert.Equal((100, "30", "129"), (failures.Count, failures[0].Error, failures[^1].Error));
        Assert.Single((await _store.LoadAsync("d"))!.Failures);
    }

    [Fact]
    public async Task A_store_that_fails_says_why()
    {
        await CloseAsync();
        var write = await Assert.ThrowsAsync<ControllerStoreException>(() => _store.SaveAsync(new ControllerCheckpoint("c", Here, false)));
        var read = await Assert.ThrowsAsync<ControllerStoreException>(() => _store.LoadAsync("c"));
        Assert.Equal(("the node is stopping", "the node is stopping"), (write.Message, read.Message));
    }

    [Fact]
    public async Task Keys_values_and_errors_may_be_any_text_and_long()
    {
        var (key, value) = (new string('k', 5_000) + "\0", new string('v', 65_000) + "\0'");
        await _store.SaveAsync(new ControllerCheckpoint("c", Here, false) { Instances = Changes(("a", 1, [(key, value), ("'", "")])), Failures = [Failure("half \ud800, nul \0")] });
        await _store.SaveAsync(new ControllerCheckpoint("c", Here, false) { Instances = Changes(("a", 1, [("'", null)])) });

        var stored = (await _store.LoadAsync("c"))!;
        var (storedKey, storedValue) = Assert.Single(stored.Instances["a"].State);
        Assert.Equal(key, storedKey);
        Assert.Equal(value, storedValue);
        Assert.StartsWith("half \ufffd, nul", Assert.Single(stored.Failures).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_of_every_instance_is_taken_in_at_once()
    {
        var all = Enumerable.Range(0, 2_000).Select(number => ($"vm{number}", 1L, new (string, string?)[] { ("x", $"{number}") })).ToArray();
        await _store.SaveAsync(new ControllerCheckpoint("c", Here, false) { Instances = Changes(all) });
        await _store.SaveAsync(new ControllerCheckpoint("c", Here, false) { Forgotten = [.. all.Skip(3).Select(instance => instance.Item1)] });

        Assert.Equal(["0", "1", "2"], (await _store.LoadAsync("c"))!.Instances.OrderBy(instance => instance.Key).Select(instance => instance.Value.State["x"]));
    }

    private static IEnumerable<ControllerCheckpoint> Checkpoints()
    {
        yield return new ControllerCheckpoint("c", EventCursor.Beginning, false);
        yield return new ControllerCheckpoint("c", Here, true) { Instances = Changes(("a", 1, [("x", "1"), ("y", "ü\0")]), ("b", 1, [])), Failures = [Failure("first")] };
        yield return new ControllerCheckpoint("c", Here.With("node2", new EventPosition(6, 1)), false) { Instances = Changes(("a", 2, [("x", null), ("z", "")])), Failures = [Failure("second") with { Event = null, VmName = null }] };
        yield return new ControllerCheckpoint("c", Here, false) { Instances = Changes(("c", 1, [("x", "1")])), Forgotten = ["a"] };
    }

    private static Dictionary<string, InstanceChange> Changes(params (string Key, long Ticks, (string Key, string? Value)[] State)[] instances) =>
        instances.ToDictionary(instance => instance.Key, instance => new InstanceChange(new InstanceMark(9, Here, 2, instance.Ticks), instance.State.ToDictionary(item => item.Key, item => item.Value)));

    private static FailedWork Failure(string error) => new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123), "fleet", "5:7", "STOP", "web1", 4, error);

    private static void AssertSame(StoredController expected, StoredController actual)
    {
        Assert.Equal((expected.Cursor.ToString(), expected.IsPaused), (actual.Cursor.ToString(), actual.IsPaused));
        Assert.Equal(expected.Failures, actual.Failures);
        Assert.Equal(expected.Instances.Keys.Order(), actual.Instances.Keys.Order());
        foreach (var (key, instance) in expected.Instances)
        {
            var other = actual.Instances[key];
            Assert.Equal((instance.Mark.Born, instance.Mark.Cursor.ToString(), instance.Mark.Starts, instance.Mark.Ticks), (other.Mark.Born, other.Mark.Cursor.ToString(), other.Mark.Starts, other.Mark.Ticks));
            Assert.Equal(instance.State.OrderBy(item => item.Key), other.State.OrderBy(item => item.Key));
        }
    }
}
