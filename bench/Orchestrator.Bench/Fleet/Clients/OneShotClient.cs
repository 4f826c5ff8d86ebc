using System.Diagnostics;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fleet.Clients;

/// <summary>
/// A tool of operators that starts a program for each VM (bench/peers/oneshot.c), as many at a time as <see cref="FanOut"/>. A round is one run of the
/// tool: whatever it starts, connects and synchronizes is in it.
/// </summary>
/// <param name="name">What the tables call it.</param>
/// <param name="program">The tool.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="agents">How many must answer.</param>
public sealed class OneShotClient(string name, string program, IReadOnlyList<string> arguments, int agents) : IFleetClient
{
    /// <summary>Programs at a time.</summary>
    public const int FanOut = 32;

    private const string Answer = "ok";

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>A tool by its name: xargs, pdsh or clush.</summary>
    /// <exception cref="BenchException">It is not installed.</exception>
    public static async Task<IFleetClient> OfAsync(string name, FleetDirectory directory, FleetOptions options, CancellationToken cancel)
    {
        var oneShot = await PeerProgram.CompileAsync("oneshot", directory, cancel);
        var names = directory.File("names");
        await File.WriteAllLinesAsync(names, FleetNames.First(options.Agents), cancel);
        string[] command = [oneShot, options.Command, Path.Combine(directory.VmDirectory, "%h", "qga.sock")];
        string[] arguments = name switch
        {
            "pdsh" => ["-R", "exec", "-f", $"{FanOut}", "-w", $"^{names}", .. command],
            "clush" => ["-n", "-q", "-R", "exec", "-f", $"{FanOut}", "--hostfile", names, .. command],
            _ => ["-a", names, "-P", $"{FanOut}", "-I", "%h", .. command],
        };
        return new OneShotClient(name, Executable.Find(name, name switch { "clush" => "clustershell", "pdsh" => "pdsh", _ => "findutils" }), arguments, options.Agents);
    }

    /// <inheritdoc/>
    public async Task<Batch> RunBatchAsync(int warmup, int rounds, CancellationToken cancel)
    {
        for (var i = 0; i < warmup; i++)
            await RunAsync(cancel);
        var cpu = ChildrenUsage.Cpu();
        var walls = new List<TimeSpan>(rounds);
        while (walls.Count < rounds)
            walls.Add(await RunAsync(cancel));
        return new Batch { Client = name, Commands = agents, Connect = TimeSpan.Zero, Rounds = walls, Cpu = ChildrenUsage.Cpu() - cpu };
    }

    private async Task<TimeSpan> RunAsync(CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var killer = cancel.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        var wall = TimeProvider.System.GetElapsedTime(began);
        cancel.ThrowIfCancellationRequested();
        var answers = output.Split('\n').Count(line => line.EndsWith(Answer, StringComparison.Ordinal));
        return process.ExitCode == 0 && answers == agents
            ? wall
            : throw new BenchException($"{name} ended with {process.ExitCode} and had {answers} answers of {agents} agents: {(await errors).Trim()}");
    }
}
