using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Host.Api;

/// <summary>
/// <c>/v1/vms/{vm}/file</c>: files of any size as bodies, in constant memory. Whoever is slower, guest or caller, sets the pace. An answer that
/// cannot be whole is cut off, never ended.
/// </summary>
internal static partial class FileEndpoints
{
    private static readonly PipeOptions Buffer = new(pauseWriterThreshold: 2 * GuestFile.ChunkBytes, resumeWriterThreshold: GuestFile.ChunkBytes);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/vms/{vm}/file", PullAsync).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream");
        routes.MapPut("/v1/vms/{vm}/file", PushAsync).Produces<OutcomeView>();
    }

    private static async Task<IResult> PullAsync(string vm, string path, HttpContext context, Node node)
    {
        var pipe = new Pipe(Buffer);
        var pull = new FilePull(path, pipe.Writer);
        try
        {
            var outcome = BeginAsync(vm, Encode("guest-view-file", path), pull, context, node);
            await Task.WhenAny(pull.Head, outcome).ConfigureAwait(false);
            if (!pull.Head.IsCompleted)
                return Failed(await outcome.ConfigureAwait(false));
            SetHead(context.Response, await pull.Head.ConfigureAwait(false));
            await SendAsync(pipe.Reader, outcome, context).ConfigureAwait(false);
            return Results.Empty;
        }
        finally
        {
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <exception cref="VmLeftException">Nothing was done, and the VM is not here any more.</exception>
    private static IResult Failed(Outcome outcome) => outcome is { Reason: Reasons.VmNotFound, Effect: Effect.None } ? throw new VmLeftException(outcome.Message ?? "the VM has left") : Problems.Of(outcome);

    private static void SetHead(HttpResponse response, FileHead head)
    {
        response.ContentType = "application/octet-stream";
        response.ContentLength = head.Size;
        // RFC 9530.
        if (head.Sha256 is { } sum)
            response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(Convert.FromHexString(sum))}:";
    }

    private static async Task SendAsync(PipeReader file, Task<Outcome> outcome, HttpContext context)
    {
        try
        {
            var sent = file.CopyToAsync(context.Response.Body, context.RequestAborted);
            // A VM that disappears ends the transfer without a word from its guest.
            if (await Task.WhenAny(sent, outcome).ConfigureAwait(false) == outcome && (await outcome.ConfigureAwait(false)).Phase != Phase.Succeeded)
                file.CancelPendingRead();
            await sent.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            if (context.RequestAborted.IsCancellationRequested)
                return;
            try
            {
                // Before the abort, which ends the waiting for it too.
                var ended = await outcome.ConfigureAwait(false);
                Cut(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FileEndpoints)), ended.Name, ended.Reason, ended.Message ?? e.Message);
            }
            finally
            {
                context.Abort();
            }
        }
    }

    [LoggerMessage(1104, LogLevel.Warning, "A file that was fetched from {Vm} was cut off, {Reason}: {Message}")]
    private static partial void Cut(ILogger log, string vm, string? reason, string message);

    private static async Task<IResult> PushAsync(string vm, string path, bool? append, HttpContext context, Node node)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var pipe = new Pipe(Buffer);
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var push = new FilePush(path, append == true, () =>
        {
            opened.SetResult();
            return pipe.Reader;
        });
        var outcome = BeginAsync(vm, Encode("guest-write-file", path), push, context, node);
        // A caller that waits for 100 (Continue) sends nothing to a guest that does not take it.
        var received = await Task.WhenAny(opened.Task, outcome).ConfigureAwait(false) == opened.Task ? ReceiveAsync(context.Request.BodyReader, pipe.Writer, context.RequestAborted) : Task.CompletedTask;
        try
        {
            var ended = await outcome.ConfigureAwait(false);
            return ended.Phase == Phase.Succeeded ? Results.Json(OutcomeView.Of(ended), ApiJson.Default.OutcomeView) : Failed(ended);
        }
        finally
        {
            await received.ConfigureAwait(false);
            // A caller that left before the file was open has sent nothing, and the transfer would wait for it.
            await pipe.Writer.CompleteAsync(new IOException("the caller's body was cut")).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads a body to its end: most callers send all of it before they read an answer, so what the transfer does not want any more is thrown away.
    /// A body that is cut is told so to the transfer, which leaves the file as it is and says how much of it there is.
    /// </summary>
    private static async Task ReceiveAsync(PipeReader body, PipeWriter file, CancellationToken aborted)
    {
        Exception? cut = null;
        try
        {
            // Not CopyToAsync: when the transfer ends first, it advances the body to a position that Kestrel does not accept.
            ReadResult read;
            do
            {
                read = await body.ReadAsync(aborted).ConfigureAwait(false);
                foreach (var part in read.Buffer)
                    await file.WriteAsync(part, aborted).ConfigureAwait(false);
                body.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            cut = new IOException("the caller's body was cut", e);
        }
        await file.CompleteAsync(cut).ConfigureAwait(false);
    }

    private static async Task<Outcome> BeginAsync(string vm, EncodedCommand command, CompositeCommand transfer, HttpContext context, Node node)
    {
        context.EndWithNode();
        var entry = await VmEndpoints.FindAsync(vm, node, context.RequestAborted).ConfigureAwait(false);
        var timeout = JobRequests.ParseTimeout(context.Request.Query["timeoutMs"], JobRequests.LongestTimeout);
        return await SingleInvocation.RunAsync(node, entry, CommandRoute.Guest, command, timeout, context.RequestAborted, transfer).ConfigureAwait(false);
    }

    /// <summary>The command of the namespace that does the same in one message: it names the job and says what it does to the guest.</summary>
    private static EncodedCommand Encode(string name, string path)
    {
        if (path.Length == 0)
            throw new RequestException("invalid-request", "'path' is empty: name a file in the guest");
        var arguments = new System.Text.Json.Nodes.JsonObject { ["filename"] = path };
        if (name == "guest-write-file")
            arguments["buf-b64"] = "";
        return EncodedCommand.ForGuest(name, JsonElement.Parse(arguments.ToJsonString()));
    }
}
