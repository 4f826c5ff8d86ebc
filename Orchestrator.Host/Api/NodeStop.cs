namespace Orchestrator.Host.Api;

/// <summary>Ends long answers when the node stops.</summary>
internal static class NodeStop
{
    /// <summary>
    /// A stream has no end that is soon enough to wait for: a node that stops would wait for its readers. From here on,
    /// <see cref="HttpContext.RequestAborted"/> also comes when the node stops.
    /// </summary>
    public static void EndWithNode(this HttpContext context)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.RegisterForDispose(either);
        context.RequestAborted = either.Token;
    }
}
