using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>
/// A steady load on one VM by its name: short commands that carry a number back, programs that leave a mark in the guest each, and reads of a file of
/// 8 MiB. Everything that is wrong is kept, and told by <see cref="StopAsync"/>.
/// </summary>
internal sealed class MigrationLoad
{
    private const string Marks = "/tmp/marks";
    private const string Large = "/tmp/large";

    private readonly ApiClient _api;
    private readonly string _vm;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<string, string> _marks = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly List<Task> _running = [];
    private string _sha256 = "";

    private MigrationLoad(ApiClient api, string vm) => (_api, _vm) = (api, vm);

    /// <summary>How many of what ended how, for people.</summary>
    public string Counts => string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key}: {count.Value}"));

    public int Count(string what) => _counts.GetValueOrDefault(what);

    public static async Task<MigrationLoad> StartAsync(ApiClient api, string vm)
    {
        var load = new MigrationLoad(api, vm);
        (await api.ShellAsync(vm, $"dd if=/dev/urandom of={Large} bs=1M count=8 2>/dev/null; : > {Marks}")).Succeeds();
        load._sha256 = (await api.ShellAsync(vm, $"sha256sum {Large}")).Succeeds().Stdout().Split(' ')[0];
        load._running.Add(load.RepeatAsync(load.PingAsync));
        load._running.Add(load.RepeatAsync(load.PingAsync));
        load._running.Add(load.RepeatAsync(load.MarkAsync));
        load._running.Add(load.RepeatAsync(load.ReadAsync));
        return load;
    }

    /// <summary>Ends the load and holds it to what the guest has: what was wrong, each a sentence.</summary>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_running);
        if (_wrong.Count > 0)
            return [.. _wrong];
        var marks = (await _api.ShellAsync(_vm, $"cat {Marks}")).Succeeds().Stdout().Split('\n', StringSplitOptions.RemoveEmptyEntries).CountBy(mark => mark).ToDictionary();
        foreach (var (mark, phase) in _marks)
        {
            var times = marks.GetValueOrDefault(mark);
            if (times > 1)
                _wrong.Enqueue($"the program {mark} ran {times} times ({phase})");
            if ((phase == "Succeeded" && times != 1) || (phase == "Undelivered" && times != 0))
                _wrong.Enqueue($"the program {mark} ended as {phase} and ran {times} times");
        }
        return [.. _wrong];
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
                _wrong.Enqueue($"{step.Method.Name} {number}: {e.Message}");
            }
        }
    }

    /// <summary>The guest's time, and the processes that ask: an answer of another command has another shape.</summary>
    private async Task PingAsync(int number)
    {
        var command = number % 2 == 0 ? "guest-ping" : "guest-get-time";
        var outcome = await _api.AgentAsync(_vm, command);
        Note(command, outcome, mustSucceed: true);
        if (outcome.Is("phase", "Succeeded") && outcome.GetProperty("result").ValueKind != (number % 2 == 0 ? JsonValueKind.Object : JsonValueKind.Number))
            _wrong.Enqueue($"{command} answered {outcome}");
    }

    private async Task MarkAsync(int number)
    {
        var mark = number.ToString(CultureInfo.InvariantCulture);
        var outcome = await _api.ShellAsync(_vm, $"echo {mark} >> {Marks}; echo out {mark}");
        _marks[mark] = outcome.Text("phase")!;
        Note("exec", outcome, mustSucceed: false);
        if (outcome.Is("phase", "Succeeded") && outcome.Stdout() != $"out {mark}\n")
            _wrong.Enqueue($"the program {mark} wrote {outcome}");
    }

    private async Task ReadAsync(int number)
    {
        var bytes = await _api.PullAsync(_vm, Large);
        _counts.AddOrUpdate("read", 1, (_, count) => count + 1);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != _sha256)
            _wrong.Enqueue($"read {number} has other bytes");
    }

    private void Note(string what, JsonElement outcome, bool mustSucceed)
    {
        var phase = outcome.Text("phase")!;
        _counts.AddOrUpdate($"{what} {phase}", 1, (_, count) => count + 1);
        if (phase != "Succeeded" && (mustSucceed || phase != "Unknown"))
            _wrong.Enqueue($"{TimeProvider.System.GetUtcNow():mm:ss.fff} {what}: {outcome}");
    }
}
