using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Bench.Fleet.Clients;

/// <summary>
/// A client in another language: a program that connects when started, runs as many rounds as each line of its standard input says,
/// and prints one JSON line per step (bench/peers). One process per turn, so that its end closes every connection.
/// </summary>
public sealed class ReferenceClient(string name, string program, IReadOnlyList<string> arguments, int agents) : IFleetClient
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<Batch> RunBatchAsync(int warmup, int rounds, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        // A read of a child's pipe ends with the child, so cancelling is killing it.
        using var killer = cancel.Register(process.Kill);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var connected = await ReadAsync(process, errors);
            if (connected.Connected != agents)
                throw new BenchException($"{name} found {connected.Connected} agents of {agents}");
            await RunAsync(process, errors, warmup);
            var steps = await RunAsync(process, errors, rounds);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancel);
            return new Batch
            {
                Client = name,
                Commands = agents,
                Connect = TimeSpan.FromSeconds(connected.Seconds),
                Rounds = [.. steps.Select(step => TimeSpan.FromSeconds(step.Seconds))],
                Cpu = TimeSpan.FromMicroseconds(steps.Sum(step => step.CpuMicroseconds)),
            };
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        finally
        {
            process.Kill();
        }
    }

    private async Task<List<Step>> RunAsync(Process process, Task<string> errors, int rounds)
    {
        await process.StandardInput.WriteLineAsync(rounds.ToString(CultureInfo.InvariantCulture));
        await process.StandardInput.FlushAsync(CancellationToken.None);
        var steps = new List<Step>(rounds);
        while (steps.Count < rounds)
        {
            var step = await ReadAsync(process, errors);
            if (step.Commands != agents)
                throw new BenchException($"{name} sent {step.Commands} commands to {agents} agents");
            steps.Add(step);
        }
        return steps;
    }

    private async Task<Step> ReadAsync(Process process, Task<string> errors)
    {
        var line = await process.StandardOutput.ReadLineAsync(CancellationToken.None)
            ?? throw new BenchException($"{name} ended: {(await errors).Trim()}");
        return JsonSerializer.Deserialize<Step>(line, JsonSerializerOptions.Web)!;
    }

    // Either "connected" and "seconds", or "commands", "seconds" and "cpuMicroseconds".
    private sealed record Step(int Connected, int Commands, double Seconds, double CpuMicroseconds);
}
