using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>SHA-256 of a file as the guest has it, in lower-case hex.</summary>
internal static class GuestChecksum
{
    private const int HexLength = 64;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Lets the guest count: nothing but the sum is transferred.</summary>
    /// <returns><see langword="null"/> where it has no <c>sha256sum</c>, may not run programs, or the sum did not come.</returns>
    public static async Task<string?> TellAsync(AgentTurns agent, string path)
    {
        var start = GuestExecution.Encode(new ExecSpec { Argv = ["sha256sum", "--", path] });
        var ended = await GuestExecution.RunAsync(agent.Channel, start, agent.Remaining, agent.Time).ConfigureAwait(false);
        return ended is ExecResult.Exited { Status: { ExitCode: 0 } status } ? Parse(Encoding.UTF8.GetString(status.Stdout.Span)) : null;
    }

    /// <summary>Reads the file back through the agent: takes as long as the way there.</summary>
    /// <param name="agent">The VM's agent.</param>
    /// <param name="path">Absolute path in the guest.</param>
    /// <param name="from">First byte that counts.</param>
    /// <returns>The sum, or the answer that is no success.</returns>
    public static async Task<(string? Sha256, CommandResult? Failure)> ReadBackAsync(AgentTurns agent, string path, long from)
    {
        var (file, answer) = await GuestFile.OpenAsync(agent, path, "rb").ConfigureAwait(false);
        if (file is null)
            return (null, answer);
        try
        {
            if (from > 0)
                await file.SeekAsync(from, fromEnd: false).ConfigureAwait(false);
            using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (true)
            {
                var chunk = await file.ReadAsync(GuestFile.ChunkBytes).ConfigureAwait(false);
                if (chunk.Failure is not null)
                    return (null, chunk.Failure);
                sum.AppendData(chunk.Bytes.Span);
                if (chunk.IsLast)
                    return (Convert.ToHexStringLower(sum.GetHashAndReset()), null);
            }
        }
        finally
        {
            await file.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The sum is the first word; a backslash before it says that the name after it is written with escapes.</summary>
    internal static string? Parse(string output)
    {
        var sum = output.AsSpan().TrimStart('\\');
        return sum.Length > HexLength && sum[HexLength] == ' ' && !sum[..HexLength].ContainsAnyExcept(Hex) ? sum[..HexLength].ToString() : null;
    }
}
