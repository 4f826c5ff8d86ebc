namespace Orchestrator.Host.Api;

/// <summary>Turns what a request did wrong, and what went wrong here, into problems. A response that has begun can only be ended.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentType: null })
                await Problems.Of("not-found", $"there is nothing at {context.Request.Path}: GET /openapi.json lists what there is").ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left.
        }
        catch (RequestException e) when (!context.Response.HasStarted)
        {
            await Problems.Of(e).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problems.Of("invalid-request", e.Message).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFailed(e, context.Request.Path);
            await Problems.Of("internal-error", "the request failed here: see the node's log").ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    [LoggerMessage(1101, LogLevel.Error, "A request for {Path} failed")]
    private partial void LogFailed(Exception e, string path);
}
