using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Host.Cli.Commands;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Copies;

/// <summary>One VM of a <c>cp</c>: its transfer ends in one outcome, in the shape of docs/API.md.</summary>
/// <param name="server">Where it is asked.</param>
/// <param name="vm">The VM as the server shows it.</param>
/// <param name="timeout">For the whole transfer; the server's longest when <see langword="null"/>.</param>
/// <param name="progress">Hears of every piece.</param>
internal sealed class CopyTarget(ServerClient server, JsonElement vm, TimeSpan? timeout, CopyProgress progress)
{
    private const int PieceBytes = 1 << 16;

    public string Name => vm.Text("name") ?? "?";

    /// <summary>Sends a local file.</summary>
    public Task<OutcomeView> PushAsync(Func<Stream> open, string path, bool append, CancellationToken cancellation) => EndAsync(async () =>
    {
        await using var file = new MeteredStream(open(), progress.Add);
        progress.Begin(file.CanSeek ? file.Length : null);
        return new OutcomeView(await server.PutFileAsync(PathOf(path, ("append", append ? "true" : null)), file, cancellation));
    });

    /// <summary>Fetches into a local file, which has its name only when it is whole.</summary>
    public Task<OutcomeView> PullAsync(string path, string local, CancellationToken cancellation) => EndAsync(async () =>
    {
        await using var file = new PartialFile(local);
        var (count, sha256) = await FetchAsync(path, file.Stream, cancellation);
        await file.KeepAsync();
        return Pulled(count, sha256, local);
    });

    /// <summary>Fetches into a stream, which has what came before a failure.</summary>
    public Task<OutcomeView> PullAsync(string path, Stream output, CancellationToken cancellation) => EndAsync(async () =>
    {
        var (count, sha256) = await FetchAsync(path, output, cancellation);
        return Pulled(count, sha256, "-");
    });

    private async Task<(long Count, string Sha256)> FetchAsync(string path, Stream output, CancellationToken cancellation)
    {
        using var answer = await server.OpenFileAsync(PathOf(path), cancellation);
        progress.Begin(answer.Content.Headers.ContentLength);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceBytes];
        long count = 0;
        while (await ReadAsync(body, piece, count, cancellation) is var read and > 0)
        {
            sum.AppendData(piece.AsSpan(0, read));
            await output.WriteAsync(piece.AsMemory(0, read), cancellation);
            count += read;
            progress.Add(read);
        }
        return (count, Convert.ToHexStringLower(sum.GetHashAndReset()));
    }

    /// <summary>The server breaks off what is not whole; why is in its job.</summary>
    private static async Task<int> ReadAsync(Stream body, byte[] piece, long count, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(piece, cancellation);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new CliException(ExitCodes.Error, $"broken off after {count} bytes, and nothing was kept: 'orchestrator job ls' has the job with the reason");
        }
    }

    private async Task<OutcomeView> EndAsync(Func<Task<OutcomeView>> transfer)
    {
        try
        {
            return await transfer();
        }
        catch (CliException error)
        {
            return new OutcomeView(error.Outcome ?? Outcome("Failed", writer =>
            {
                writer.WriteString("reason", "TransferAborted");
                writer.WriteString("effect", "Unknown");
                writer.WriteString("message", error.Message);
            }));
        }
        finally
        {
            progress.End();
        }
    }

    private OutcomeView Pulled(long count, string sha256, string file) => new(Outcome(Phases.Succeeded, writer =>
    {
        writer.WriteString("effect", "Applied");
        writer.WriteStartObject("result");
        writer.WriteNumber("count", count);
        writer.WriteString("sha256", sha256);
        writer.WriteString("file", file);
        writer.WriteEndObject();
    }));

    private JsonElement Outcome(string phase, Action<Utf8JsonWriter> members) => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        foreach (var member in (ReadOnlySpan<(string, string?)>)[("vm", vm.Text("id")), ("name", Name), ("host", vm.Text("host")), ("phase", phase)])
        {
            if (member.Item2 is { } text)
                writer.WriteString(member.Item1, text);
        }
        members(writer);
        writer.WriteEndObject();
    });

    private string PathOf(string path, params ReadOnlySpan<(string Name, string? Value)> more) => Query.Path(
        $"v1/vms/{Uri.EscapeDataString(vm.Text("id") ?? Name)}/file",
        [("path", path), ("timeoutMs", timeout is { } given ? $"{Math.Ceiling(given.TotalMilliseconds):0}" : null), .. more]);
}
