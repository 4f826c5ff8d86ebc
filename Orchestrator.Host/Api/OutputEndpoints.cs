using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/jobs/{id}/invocations/{vm}/…</c>: the bytes of one VM's outputs, whole or in part, wherever they are kept.</summary>
internal static class OutputEndpoints
{
    private const string Bytes = "application/octet-stream";
    private const string Json = "application/json";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "stdout", Bytes, outcome => outcome.Exec is { } exec ? new Output(exec.Stdout, exec.StdoutKept) : null);
        Map(routes, "stderr", Bytes, outcome => outcome.Exec is { } exec ? new Output(exec.Stderr, exec.StderrKept) : null);
        Map(routes, "result", Json, outcome => outcome is { Result.IsEmpty: true, ResultKept: null } ? null : new Output(outcome.Result, outcome.ResultKept));
    }

    /// <summary>One of an outcome's outputs: here, or kept on disk.</summary>
    private sealed record Output(ReadOnlyMemory<byte> Inline, KeptOutput? Kept)
    {
        public long Length => Kept?.Bytes ?? Inline.Length;

        public string Sha256 => Kept?.Sha256 ?? Convert.ToHexStringLower(SHA256.HashData(Inline.Span));
    }

    private static void Map(IEndpointRouteBuilder routes, string name, string contentType, Func<Outcome, Output?> select) =>
        routes.MapGet($"/v1/jobs/{{id}}/invocations/{{vm}}/{name}", (string id, string vm, HttpContext context, Node node, OutputFiles files) => GetAsync(id, vm, name, contentType, select, context, node, files))
            .Produces(StatusCodes.Status200OK, contentType: contentType)
            .Produces(StatusCodes.Status206PartialContent, contentType: contentType);

    private static async Task<IResult> GetAsync(string id, string vm, string name, string contentType, Func<Outcome, Output?> select, HttpContext context, Node node, OutputFiles files)
    {
        var outcome = await FindAsync(id, vm, node, context.RequestAborted).ConfigureAwait(false);
        if (select(outcome) is not { } output)
            throw new RequestException("output-not-found", $"the outcome of '{vm}' has no {name}: it is {outcome.Phase}{(outcome.Reason is { } reason ? $" {reason}" : "")}");
        if (IsBeyond(context.Request, output.Length))
        {
            context.Response.Headers.ContentRange = $"bytes */{output.Length}";
            return Problems.Of("range-not-satisfiable", $"the {name} of '{vm}' has {output.Length} bytes: ask for some of them");
        }
        var tag = new EntityTagHeaderValue($"\"{output.Sha256}\"");
        if (output.Kept is not { } kept)
            return Results.Bytes(output.Inline, contentType, enableRangeProcessing: true, entityTag: tag);
        if (context.RequestServices.GetService<PeerOutputs>() is { } peers && peers.IsElsewhere(kept))
        {
            await peers.SendAsync(kept, contentType, context).ConfigureAwait(false);
            return Results.Empty;
        }
        var file = files.Open(kept) ?? throw new RequestException("output-not-found", $"the {name} of '{vm}' was forgotten with its job, or its file was removed from the disk of the node '{kept.Node ?? node.Host}'");
        return Results.Stream(file, contentType, enableRangeProcessing: true, entityTag: tag);
    }

    /// <summary>Whether all that is asked for lies behind the end. A range that means nothing is ignored, as HTTP has it.</summary>
    private static bool IsBeyond(HttpRequest request, long length) =>
        request.Headers.IfRange.Count == 0 && request.GetTypedHeaders().Range is { Unit.Value: "bytes", Ranges: { Count: 1 } ranges } && (ranges.First() is { From: { } from } ? from >= length : ranges.First().To == 0 || length == 0);

    /// <exception cref="RequestException">There is no such job, or no outcome of such a VM in it, or of several.</exception>
    private static async Task<Outcome> FindAsync(string id, string vm, Node node, CancellationToken cancellationToken)
    {
        var found = new List<Outcome>();
        for (var next = 0; ;)
        {
            var answer = await node.AskPartAsync<object>(node.JobsOf(id), new JobQueries.Read(id, next, Wait: false), cancellationToken).ConfigureAwait(false);
            if (answer is JobReplies.Rejected rejected)
                throw new RequestException(rejected.Code, rejected.Detail);
            var page = (JobReplies.Page)answer;
            found.AddRange(page.Outcomes.Where(outcome => outcome.Name == vm || string.Equals(outcome.Vm?.ToString(), vm, StringComparison.OrdinalIgnoreCase)));
            if (page.Outcomes.Count == 0)
                break;
            next = page.Next;
        }
        return found switch
        {
            [var only] => only,
            [] => throw new RequestException("output-not-found", $"the job {id} has no outcome of '{vm}': GET /v1/jobs/{id}/invocations lists them"),
            _ => throw new RequestException("ambiguous-name", $"'{vm}' is the name of {found.Count} VMs of the job: use the UUID"),
        };
    }
}
