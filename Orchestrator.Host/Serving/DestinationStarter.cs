using System.ComponentModel;
using System.Diagnostics;
using Orchestrator.Actors.Migration;

namespace Orchestrator.Host.Serving;

/// <summary>Runs the operator's program that starts a QEMU which waits for a VM. It has done so when it ends with exit code 0.</summary>
/// <param name="command">Program and arguments, with placeholders.</param>
/// <param name="uri">Where the destination is to listen, with placeholders; the text of <c>{uri}</c>.</param>
/// <param name="time">Clock of the limit.</param>
internal sealed class DestinationStarter(IReadOnlyList<string> command, string? uri, TimeProvider time) : IDestinationStarter
{
    /// <summary>A program that takes longer is killed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    private const int MaxWords = 1000;

    /// <inheritdoc/>
    public async Task<string?> StartAsync(Placeholders places, CancellationToken cancellationToken)
    {
        var filled = uri is null ? places : places with { Uri = places.Fill(uri) };
        var words = command.Select(filled.Fill).ToArray();
        if (Array.IndexOf(words, null) is var at and >= 0)
            return $"'{command[at]}' of 'migration: start:' has a placeholder that is not known before the destination runs ({{directory}}, or {{uri}} without 'migration: uri:')";
        using var process = new Process { StartInfo = new ProcessStartInfo(words[0]!, words[1..]!) { RedirectStandardError = true, RedirectStandardInput = true } };
        using var late = new CancellationTokenSource(Limit, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            process.Start();
            process.StandardInput.Close();
            // What it starts may keep the pipe open for as long as it runs: only the program's own end is waited for.
            var said = ReadAsync(process.StandardError, over.Token);
            await process.WaitForExitAsync(over.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? null : $"{words[0]} ended with exit code {process.ExitCode}: {await SaidAsync(said).ConfigureAwait(false)}";
        }
        catch (Win32Exception e)
        {
            return $"{words[0]} cannot be run: {e.Message}";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return late.IsCancellationRequested ? $"{words[0]} had not ended after {Limit.TotalSeconds:0} s: it must return once QEMU runs (-daemonize)" : "the migration was given up meanwhile";
        }
    }

    private async Task<string> SaidAsync(Task<string> said)
    {
        try
        {
            return await said.WaitAsync(TimeSpan.FromSeconds(1), time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return "(what it wrote is not known: something that it started goes on writing)";
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new char[MaxWords];
        try
        {
            var length = await reader.ReadBlockAsync(text, cancellationToken).ConfigureAwait(false);
            return new string(text, 0, length).Trim();
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }
}
