using System.Text.Json;
using Orchestrator.Bench.Migrate.Results;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.Bench.Migrate;

/// <summary>One real guest that is migrated to and fro under load, in one mode, on nodes of its own.</summary>
public sealed class MigrateRun(MigrateOptions options, string mode, TextWriter output)
{
    private const string Vm = Destination.Vm;
    private const int QuietSeconds = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Migrates as often as the options say. Ends everything that it has started.</summary>
    /// <exception cref="BenchException">A migration did not come to its end: nothing more can be measured.</exception>
    public async Task<ModeSummary> RunAsync(CancellationToken cancel)
    {
        await using var fleet = await GuestFleet.StartAsync(options, cancel);
        using var client = new LoadClient(fleet.Gateway);
        var ready = await ShownAsync(client, vm => Is(vm, "state", "Running") && Is(vm, "agent", "Ready") && vm.TryGetProperty("guest", out _), "is ready");
        var hosts = fleet.HostsFrom(ready.GetProperty("host").GetString()!);
        var watches = new List<EventWatch>();
        await using var load = await MigrationLoad.StartAsync(fleet.Gateway, Vm);
        try
        {
            while (watches.Count < options.Subscribers)
                watches.Add(await EventWatch.StartAsync(client, Vm));
            var quiet = await QuietAsync(load, cancel);
            var samples = await AlternateAsync(client, hosts, fleet, load, cancel);
            var wrong = await load.StopAsync();
            if (mode == MigrateOptions.Driven)
                wrong = [.. wrong, .. load.Unknowns];
            return ModeSummary.Of(mode, samples, quiet, load.Tallies, wrong, await LostAsync(client, watches));
        }
        catch (Exception failure) when (failure is TimeoutException or HttpRequestException or InvalidOperationException or IOException)
        {
            throw new BenchException($"{mode}: {failure.Message}\nuntil then: {load.Counts}\n{fleet.LogTails()}");
        }
        finally
        {
            foreach (var watch in watches)
                await watch.DisposeAsync();
        }
    }

    /// <summary>The longest gaps between answers in each of some seconds without a migration: what the load itself does.</summary>
    private static async Task<IReadOnlyList<double>> QuietAsync(MigrationLoad load, CancellationToken cancel)
    {
        var gaps = new List<double>();
        while (gaps.Count < QuietSeconds)
        {
            var from = TimeProvider.System.GetTimestamp();
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel);
            gaps.Add(load.Gaps.LongestWithin(from, TimeProvider.System.GetTimestamp()).TotalMilliseconds);
        }
        return gaps;
    }

    private async Task<IReadOnlyList<MigrationSample>> AlternateAsync(LoadClient client, IReadOnlyList<string> hosts, GuestFleet fleet, MigrationLoad load, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var begun = new List<(long At, double Milliseconds, JsonElement? Result)>();
        for (var number = 0; number < options.Migrations; number++)
        {
            cancel.ThrowIfCancellationRequested();
            var destination = Destination.Of(number, hosts);
            var awaiting = await fleet.PrepareAsync(destination);
            await ShownAsync(client, destination.IsPrepared, $"has the destination {destination}");
            var at = time.GetTimestamp();
            var result = await MoveAsync(client, destination.Host, fleet.Owner, awaiting);
            await ShownAsync(client, destination.HasGuest, $"is at {destination}");
            begun.Add((at, time.GetElapsedTime(at).TotalMilliseconds, result));
            await fleet.MovedAsync(awaiting);
            if ((number + 1) % 10 == 0)
                output.WriteLine($"{mode} {number + 1}/{options.Migrations}  {load.Counts}");
        }
        // What the last one did to its callers is part of it.
        await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
        var ends = begun.Skip(1).Select(next => next.At).Append(time.GetTimestamp());
        return [.. begun.Zip(ends, (one, end) => MigrationSample.Of(one.Milliseconds, load.Gaps.LongestWithin(one.At, end).TotalMilliseconds, one.Result))];
    }

    private async Task<JsonElement?> MoveAsync(LoadClient client, string host, RealVm owner, RealVm awaiting)
    {
        if (mode == MigrateOptions.Followed)
        {
            await MigrationDriver.MigrateAsync(owner, awaiting);
            return null;
        }
        var outcome = await client.RunJobAsync($$$"""{"target":"{{{Vm}}}","migrate":{"to":"{{{host}}}","uri":"{{{awaiting.IncomingUri}}}","keepSource":true,"downtimeMs":2000}}""");
        return Is(outcome, "phase", "Succeeded") ? outcome.GetProperty("result") : throw new InvalidOperationException($"the migration did not succeed: {outcome}");
    }

    private async Task<int> LostAsync(LoadClient client, IReadOnlyList<EventWatch> watches)
    {
        var log = await EventWatch.LogAsync(client, Vm);
        var lost = SeenEvent.Missing(log, options.Migrations);
        var last = SeenEvent.Last(log);
        foreach (var watch in watches)
            lost += await watch.HasAsync(last) ? SeenEvent.Lost(watch.Seen, log) : Math.Max(1, SeenEvent.Lost(watch.Seen, log));
        return lost;
    }

    private static async Task<JsonElement> ShownAsync(LoadClient client, Func<JsonElement, bool> condition, string what)
    {
        var (shown, all) = (default(JsonElement), default(JsonElement));
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    all = await client.GetAsync("/v1/vms");
                    shown = all.GetProperty("items").EnumerateArray().FirstOrDefault(vm => Is(vm, "name", Vm) && condition(vm));
                    return shown.ValueKind == JsonValueKind.Object;
                },
                Limit,
                $"the VM {what}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} There are: {all}", late);
        }
        return shown;
    }

    private static bool Is(JsonElement json, string member, string text) => json.TryGetProperty(member, out var value) && value.ValueEquals(text);
}
