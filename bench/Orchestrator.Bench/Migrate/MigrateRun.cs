using System.Text.Json;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Migrate.Results;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.Bench.Migrate;

/// <summary>One real guest that is migrated to and fro under load, in one mode, on a server of its own.</summary>
public sealed class MigrateRun(MigrateOptions options, string mode, TextWriter output)
{
    private const string Vm = "guest";
    private const int QuietSeconds = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Migrates as often as the options say. Ends everything that it has started.</summary>
    /// <exception cref="BenchException">A migration did not come to its end: nothing more can be measured.</exception>
    public async Task<ModeSummary> RunAsync(CancellationToken cancel)
    {
        using var files = FleetDirectory.Create();
        await using var vms = new RealVmDirectory(path: files.VmDirectory);
        var owner = await vms.AddVmAsync(new RealVmOptions { Name = Vm, MemoryMiB = options.MemoryMiB });
        await owner.BootedAsync(Limit);
        await using var server = await OrchestratorServer.StartAsync(options.Program, vms.Path, files, cancel);
        using var client = new LoadClient(files.File("api.sock"));
        var host = (await ShownAsync(client, shown => Is(shown, "state", "Running") && Is(shown, "agent", "Ready") && shown.TryGetProperty("guest", out _), "is ready")).GetProperty("host").GetString()!;
        var watches = new List<EventWatch>();
        await using var load = await MigrationLoad.StartAsync(files.File("api.sock"), Vm);
        try
        {
            while (watches.Count < options.Subscribers)
                watches.Add(await EventWatch.StartAsync(client, Vm));
            var quiet = await QuietAsync(load, cancel);
            var samples = await AlternateAsync(client, host, vms, owner, load, cancel);
            var wrong = await load.StopAsync();
            if (mode == MigrateOptions.Driven)
                wrong = [.. wrong, .. load.Unknowns];
            return ModeSummary.Of(mode, samples, quiet, load.Tallies, wrong, await LostAsync(client, watches));
        }
        catch (Exception failure) when (failure is TimeoutException or HttpRequestException or InvalidOperationException or IOException)
        {
            throw new BenchException($"{mode}: {failure.Message}\nuntil then: {load.Counts}\n{server.LogTail()}");
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

    private async Task<IReadOnlyList<MigrationSample>> AlternateAsync(LoadClient client, string host, RealVmDirectory vms, RealVm owner, MigrationLoad load, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var begun = new List<(long At, double Milliseconds, JsonElement? Result)>();
        for (var number = 0; number < options.Migrations; number++)
        {
            cancel.ThrowIfCancellationRequested();
            var destination = await vms.AddDestinationAsync(owner, number % 2 == 0 ? $"{Vm}-other" : Vm);
            await ShownAsync(client, shown => IsMigration(shown, "Prepared", destination), "has a destination");
            var at = time.GetTimestamp();
            var result = await MoveAsync(client, host, owner, destination);
            await ShownAsync(client, shown => IsMigration(shown, "Completed", destination), "is at the destination");
            begun.Add((at, time.GetElapsedTime(at).TotalMilliseconds, result));
            await owner.KillAsync();
            owner = destination;
            if ((number + 1) % 10 == 0)
                output.WriteLine($"{mode} {number + 1}/{options.Migrations}  {load.Counts}");
        }
        // What the last one did to its callers is part of it.
        await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
        var ends = begun.Skip(1).Select(next => next.At).Append(time.GetTimestamp());
        return [.. begun.Zip(ends, (one, end) => MigrationSample.Of(one.Milliseconds, load.Gaps.LongestWithin(one.At, end).TotalMilliseconds, one.Result))];
    }

    private async Task<JsonElement?> MoveAsync(LoadClient client, string host, RealVm owner, RealVm destination)
    {
        if (mode == MigrateOptions.Followed)
        {
            await MigrationDriver.MigrateAsync(owner, destination);
            return null;
        }
        var outcome = await client.RunJobAsync($$$"""{"target":"{{{Vm}}}","migrate":{"to":"{{{host}}}","uri":"{{{destination.IncomingUri}}}","keepSource":true,"downtimeMs":2000}}""");
        return Is(outcome, "phase", "Succeeded") ? outcome.GetProperty("result") : throw new InvalidOperationException($"the migration did not succeed: {outcome}");
    }

    private async Task<int> LostAsync(LoadClient client, IReadOnlyList<EventWatch> watches)
    {
        var log = await EventWatch.LogAsync(client, Vm);
        var lost = SeenEvent.Missing(log, options.Migrations);
        foreach (var watch in watches)
            lost += await watch.HasAsync(log[^1].Sequence) ? SeenEvent.Lost(watch.Seen, log) : Math.Max(1, SeenEvent.Lost(watch.Seen, log));
        return lost;
    }

    private static async Task<JsonElement> ShownAsync(LoadClient client, Func<JsonElement, bool> condition, string what)
    {
        var last = default(JsonElement);
        try
        {
            await Eventually.TrueAsync(async () => condition(last = await client.GetAsync($"/v1/vms/{Vm}")), Limit, $"the VM {what}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It is: {last}", late);
        }
        return last;
    }

    private static bool IsMigration(JsonElement shown, string phase, RealVm destination) =>
        shown.TryGetProperty("migration", out var migration) && Is(migration, "phase", phase) && Is(migration, "destination", destination.Options.Name);

    private static bool Is(JsonElement json, string member, string text) => json.TryGetProperty(member, out var value) && value.ValueEquals(text);
}
