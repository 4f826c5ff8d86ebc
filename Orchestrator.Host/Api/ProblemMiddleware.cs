using Akka.Actor;

namespace Orchestrator.Host.Api;

/// <summary>Turns what a request did wrong, and what went wrong here, into problems. A response that has begun can only be ended.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, ContentType: null } && OfRouting(context) is { } problem)
                await problem.ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left.
        }
        catch (RequestException e) when (!context.Response.HasStarted)
        {
            await Problems.Of(e).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge && !context.Response.HasStarted)
        {
            await Problems.Of("body-too-large", $"the body has more than {RequestBody.MaxBytes} bytes: send less at a time").ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problems.Of("invalid-request", e.Message).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (AskTimeoutException e) when (!context.Response.HasStarted)
        {
            LogUnanswered(context.Request.Path, e.Message);
            await Problems.Of("no-answer", "what was asked for left while it was asked, or this node is overloaded: ask again").ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFailed(e, context.Request.Path);
            await Problems.Of("internal-error", "the request failed here: see the node's log").ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private static IResult? OfRouting(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problems.Of("not-found", $"there is nothing at {context.Request.Path}: GET /openapi.json lists what there is"),
        StatusCodes.Status405MethodNotAllowed => Problems.Of("method-not-allowed", $"{context.Request.Path} does not take {context.Request.Method}: GET /openapi.json lists what there is"),
        _ => null,
    };

    [LoggerMessage(1102, LogLevel.Warning, "A request for {Path} had no answer: {Reason}")]
    private partial void LogUnanswered(string path, string reason);

    [LoggerMessage(1101, LogLevel.Error, "A request for {Path} failed")]
    private partial void LogFailed(Exception e, string path);
}
