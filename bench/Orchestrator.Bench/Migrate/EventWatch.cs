using System.Text.Json;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;

namespace Orchestrator.Bench.Migrate;

/// <summary>A subscriber to the events of one VM, by its name, from now on.</summary>
public sealed class EventWatch : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly StreamReader _stream;
    private readonly Lock _gate = new();
    private readonly List<SeenEvent> _seen = [];
    private readonly Task _reading;

    private EventWatch(StreamReader stream)
    {
        _stream = stream;
        _reading = ReadAsync();
    }

    /// <summary>What came, in its order.</summary>
    public IReadOnlyList<SeenEvent> Seen
    {
        get
        {
            lock (_gate)
                return [.. _seen];
        }
    }

    /// <summary>Subscribes; events after its return are heard.</summary>
    public static async Task<EventWatch> StartAsync(LoadClient client, string vm) => new(await client.OpenAsync($"/v1/events?target={vm}"));

    /// <summary>Everything that the log has of the VM.</summary>
    public static async Task<IReadOnlyList<SeenEvent>> LogAsync(LoadClient client, string vm)
    {
        using var stream = await client.OpenAsync($"/v1/events?target={vm}&from=beginning&follow=false");
        var events = new List<SeenEvent>();
        while (await stream.ReadLineAsync() is { } line)
            if (SeenEvent.Parse(line) is { } seen)
                events.Add(seen);
        return events;
    }

    /// <summary>Awaits an event; <see langword="false"/> if it does not come within 30 s.</summary>
    public async Task<bool> HasAsync(long sequence)
    {
        try
        {
            await Eventually.TrueAsync(() => Seen is [.., var last] && last.Sequence >= sequence, Limit, "the event comes");
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stream.Dispose();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _stream.ReadLineAsync() is { } line)
            {
                if (SeenEvent.Parse(line) is not { } seen)
                    continue;
                lock (_gate)
                    _seen.Add(seen);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException or OperationCanceledException)
        {
            // The end of the run, or of the server: what is missing by then is counted.
        }
    }
}

/// <summary>An event of a VM.</summary>
/// <param name="Sequence">Its number in the log.</param>
/// <param name="Name">Its name; of a change of a migration with its phase.</param>
public sealed record SeenEvent(long Sequence, string Name)
{
    /// <summary>What happens to a VM in one migration, in this order.</summary>
    public static readonly IReadOnlyList<string> OfMigration = ["STOP", "VM_MIGRATION_CHANGED completed", "RESUME"];

    /// <summary>From a line of a stream; <see langword="null"/> if it is about the stream itself.</summary>
    public static SeenEvent? Parse(string line)
    {
        var read = JsonElement.Parse(line);
        if (!read.TryGetProperty("sequence", out var sequence) || !read.TryGetProperty("data", out var data) || !data.TryGetProperty("event", out var name))
            return null;
        var phase = name.ValueEquals("VM_MIGRATION_CHANGED") ? " " + data.GetProperty("data").GetProperty("phase").GetString() : "";
        return new SeenEvent(long.Parse(sequence.GetString()!, System.Globalization.CultureInfo.InvariantCulture), name.GetString() + phase);
    }

    /// <summary>How many events a subscriber did not get, or not in their order, of those that the log has between its first one and the end.</summary>
    public static int Lost(IReadOnlyList<SeenEvent> seen, IReadOnlyList<SeenEvent> log)
    {
        if (seen.Count == 0)
            return log.Count;
        var due = log.Where(logged => logged.Sequence >= seen[0].Sequence).ToArray();
        var disorder = seen.Zip(seen.Skip(1)).Count(pair => pair.Second.Sequence <= pair.First.Sequence);
        return due.Except(seen).Count() + disorder;
    }

    /// <summary>How many events of that many migrations are not in the log, or not in their order.</summary>
    public static int Missing(IEnumerable<SeenEvent> log, int migrations)
    {
        var told = log.Select(logged => logged.Name).Where(OfMigration.Contains).ToArray();
        var expected = Enumerable.Repeat(OfMigration, migrations).SelectMany(names => names).ToArray();
        return expected.Length == told.Length ? expected.Zip(told).Count(pair => pair.First != pair.Second) : Math.Max(1, Math.Abs(expected.Length - told.Length));
    }
}
