using System.Net;
using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Api;

/// <summary>
/// Keeps web pages out of a loopback listener: a page in the user's own browser can reach it, by a request of its own or by a name that resolves to
/// loopback. Such requests carry an <c>Origin</c>, or a <c>Host</c> that is no loopback name.
/// </summary>
internal sealed class LocalCallers(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // A Unix socket has no address, and no web page reaches it.
        var isUnixSocket = context.Connection.RemoteIpAddress is null;
        var isNode = context.Features.Get<PeerConnection>() is not null;
        if (isUnixSocket || isNode || (context.Request.Headers.Origin.Count == 0 && IsLocal(context.Request.Host.Host)))
            return next(context);
        return Problems.Of("forbidden", "only local programs may call: requests from web pages (with Origin, or for another Host) are refused").ExecuteAsync(context);
    }

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
