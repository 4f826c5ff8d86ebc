using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Orchestrator.TestKit.Migration;

/// <summary>
/// A steady load on one VM by its name: short commands, programs that leave a mark in the guest each, and reads of a file of 8 MiB. Everything that is wrong
/// is kept, and told by <see cref="StopAsync"/>.
/// </summary>
public sealed class MigrationLoad : IAsyncDisposable
{
    /// <summary>Class of <c>guest-ping</c>, whose answer is empty.</summary>
    public const string Ping = "guest-ping";

    /// <summary>Class of <c>guest-get-time</c>, whose answer is a number.</summary>
    public const string Time = "guest-get-time";

    /// <summary>Class of programs that add a line to a file of the guest, and write it.</summary>
    public const string Program = "program with a mark";

    /// <summary>Class of whole reads of a file of 8 MiB.</summary>
    public const string Read = "8 MiB file read";

    private const string Marks = "/tmp/marks";
    private const string Large = "/tmp/large";

    private readonly LoadClient _client;
    private readonly string _vm;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentQueue<string> _unknown = new();
    private readonly ConcurrentDictionary<string, string> _marks = new();
    private readonly ConcurrentDictionary<string, LoadTally> _tallies = new();
    private readonly List<Task> _running = [];
    private string _sha256 = "";

    private MigrationLoad(string socketPath, string vm) => (_client, _vm) = (new LoadClient(socketPath), vm);

    /// <summary>How many of what ended how, a tally for each class.</summary>
    public IReadOnlyList<LoadTally> Tallies => [.. ((string[])[Ping, Time, Program, Read]).Select(Of)];

    /// <summary>The same for people.</summary>
    public string Counts => string.Join("; ", Tallies);

    /// <summary>The outcomes that are <c>Unknown</c>, each with the time at which it came.</summary>
    public IReadOnlyList<string> Unknowns => [.. _unknown];

    /// <summary>When short commands were answered, to two callers.</summary>
    public AnswerGaps Gaps { get; } = new(TimeProvider.System);

    /// <summary>The tally of one class.</summary>
    public LoadTally Of(string name) => _tallies.GetValueOrDefault(name) ?? new LoadTally(name);

    /// <summary>Begins, once the guest has the file that is read.</summary>
    /// <param name="socketPath">Of the server's API.</param>
    /// <param name="vm">Name of the VM; its agent is ready.</param>
    public static async Task<MigrationLoad> StartAsync(string socketPath, string vm)
    {
        var load = new MigrationLoad(socketPath, vm);
        load._sha256 = OutputOf(await load._client.ShellAsync(vm, $"dd if=/dev/urandom of={Large} bs=1M count=8 2>/dev/null; : > {Marks}; sha256sum {Large}")).Split(' ')[0];
        Func<int, Task>[] clients = [load.PingAsync, load.PingAsync, load.MarkAsync, load.ReadAsync];
        load._running.AddRange(clients.Select(load.RepeatAsync));
        return load;
    }

    /// <summary>Ends the load and holds it to what the guest has: what was wrong, each a sentence.</summary>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        await EndAsync();
        if (_wrong.IsEmpty)
            Judge(OutputOf(await _client.ShellAsync(_vm, $"cat {Marks}")));
        return [.. _wrong];
    }

    /// <summary>Ends the load.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _client.Dispose();
        _end.Dispose();
    }

    private async Task EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_running);
    }

    private void Judge(string written)
    {
        var marks = written.Split('\n', StringSplitOptions.RemoveEmptyEntries).CountBy(mark => mark).ToDictionary();
        foreach (var (mark, phase) in _marks)
        {
            var times = marks.GetValueOrDefault(mark);
            if (phase == "Unknown")
                _unknown.Enqueue($"the program {mark} is Unknown and ran {times} times");
            if (times > 1)
                Tell(Program, tally => tally with { Duplicates = tally.Duplicates + 1 }, $"the program {mark} ran {times} times ({phase})");
            else if ((phase == "Succeeded" && times != 1) || (phase == "Undelivered" && times != 0))
                Tell(Program, tally => tally with { Wrong = tally.Wrong + 1, Right = tally.Right - 1 }, $"the program {mark} ended as {phase} and ran {times} times");
        }
    }

    private async Task RepeatAsync(Func<int, Task> step)
    {
        for (var number = 0; !_end.IsCancellationRequested; number++)
        {
            try
            {
                await step(number);
            }
            catch (Exception e)
            {
                var name = step == ReadAsync ? Read : step == MarkAsync ? Program : Ping;
                Tell(name, tally => tally with { Sent = tally.Sent + 1, Failed = tally.Failed + 1 }, $"{name} {number}: {e.Message}");
            }
        }
    }

    /// <summary>An answer of another command has another shape.</summary>
    private async Task PingAsync(int number)
    {
        var command = number % 2 == 0 ? Ping : Time;
        var outcome = await _client.AgentAsync(_vm, command);
        Gaps.Note();
        Note(command, outcome, mayBeUnknown: false, () => outcome.GetProperty("result").ValueKind == (command == Ping ? JsonValueKind.Object : JsonValueKind.Number));
    }

    private async Task MarkAsync(int number)
    {
        var mark = number.ToString(CultureInfo.InvariantCulture);
        var outcome = await _client.ShellAsync(_vm, $"echo {mark} >> {Marks}; echo out {mark}");
        _marks[mark] = PhaseOf(outcome);
        Note(Program, outcome, mayBeUnknown: true, () => OutputOf(outcome) == $"out {mark}\n");
    }

    private async Task ReadAsync(int number)
    {
        var isRight = Convert.ToHexStringLower(SHA256.HashData(await _client.PullAsync(_vm, Large))) == _sha256;
        Tell(Read, tally => isRight ? tally with { Sent = tally.Sent + 1, Right = tally.Right + 1 } : tally with { Sent = tally.Sent + 1, Wrong = tally.Wrong + 1 }, isRight ? null : $"read {number} has other bytes");
    }

    private void Note(string name, JsonElement outcome, bool mayBeUnknown, Func<bool> isRight)
    {
        var phase = PhaseOf(outcome);
        var right = phase == "Succeeded" && isRight();
        var told = $"{TimeProvider.System.GetUtcNow():mm:ss.fff} {name}: {outcome}";
        if (phase == "Unknown")
            _unknown.Enqueue(told);
        Tell(
            name,
            tally => (phase, right) switch
            {
                ("Succeeded", true) => tally with { Sent = tally.Sent + 1, Right = tally.Right + 1 },
                ("Succeeded", false) => tally with { Sent = tally.Sent + 1, Wrong = tally.Wrong + 1 },
                ("Unknown", _) => tally with { Sent = tally.Sent + 1, Unknown = tally.Unknown + 1 },
                _ => tally with { Sent = tally.Sent + 1, Failed = tally.Failed + 1 },
            },
            right || (mayBeUnknown && phase == "Unknown") ? null : told);
    }

    private void Tell(string name, Func<LoadTally, LoadTally> change, string? trouble)
    {
        _tallies.AddOrUpdate(name, _ => change(new LoadTally(name)), (_, tally) => change(tally));
        if (trouble is not null)
            _wrong.Enqueue(trouble);
    }

    private static string PhaseOf(JsonElement outcome) => outcome.GetProperty("phase").GetString()!;

    private static string OutputOf(JsonElement outcome) => PhaseOf(outcome) == "Succeeded"
        ? outcome.GetProperty("exec").GetProperty("stdout").GetProperty("text").GetString()!
        : throw new InvalidOperationException($"the program did not succeed: {outcome}");
}
