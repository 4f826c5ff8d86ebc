using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Transport;
using Endpoint = Orchestrator.Protocol.Transport.Endpoint;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// Channels of QEMUs that another node has, while a VM of this node is migrated to it or from it: a connection between the nodes' APIs for each, which
/// is no HTTP after its first answer (RFC 9110, 7.8).
/// </summary>
/// <param name="peers">Of the requests.</param>
/// <param name="connect">To all other endpoints.</param>
internal sealed class PeerChannels(PeerClient peers, Func<Endpoint, CancellationToken, Task<Stream>> connect)
{
    /// <summary>What is asked for.</summary>
    internal const string Protocol = "orchestrator-channel";

    internal const string Path = "/peer/v1/channels";

    /// <summary>Connects to any endpoint.</summary>
    /// <exception cref="IOException">The node does not lend the channel, or does not reach it.</exception>
    /// <exception cref="SocketException">Nobody listens, or the address is unreachable.</exception>
    public Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken) =>
        endpoint is Endpoint.Relayed relayed ? RelayAsync(relayed, cancellationToken) : connect(endpoint, cancellationToken);

    private async Task<Stream> RelayAsync(Endpoint.Relayed endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{endpoint.Node}{Path}/{endpoint.Channel}?vm={Uri.EscapeDataString(endpoint.Vm)}") { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd(Protocol);
        var response = await AskAsync(endpoint, request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using (response)
            throw new IOException($"{endpoint}: {(int)response.StatusCode} {Why(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false))}");
    }

    /// <summary>What the problem says (RFC 9457), if the answer is one.</summary>
    private static string Why(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.ToString() : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(Endpoint.Relayed endpoint, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await peers.Invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{endpoint}: {e.Message}", e);
        }
    }

    /// <summary>Answers another node that asks for a channel: from then on its bytes are the channel's.</summary>
    /// <exception cref="RequestException">It is not lent, or cannot be reached.</exception>
    internal static async Task ServeAsync(HttpContext context, string channel, string vm, Node node)
    {
        context.EndWithNode();
        var lent = await node.AskAsync<LendingReplies.Channel>(node.VmHost, new LendingQueries.Find(vm, channel), context.RequestAborted).ConfigureAwait(false);
        if (lent.Endpoint is not { } endpoint)
            throw new RequestException("vm-not-found", $"the node '{node.Host}' has no VM '{vm}' whose channel '{channel}' is another node's");
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || context.Request.Headers.Upgrade != Protocol)
            throw new RequestException("invalid-request", $"this is a channel: ask with 'Connection: Upgrade' and 'Upgrade: {Protocol}'");
        await using var to = await ReachAsync(endpoint, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Upgrade = Protocol;
        await using var from = await upgrade.UpgradeAsync().ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(lent.Ended, context.RequestAborted);
        // Either end closes both: QEMU serves the next client when this one is gone.
        await Task.WhenAny(CopyAsync(from, to, end.Token), CopyAsync(to, from, end.Token)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
    }

    private static async Task<Stream> ReachAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await EndpointConnector.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new RequestException("no-answer", $"{endpoint}: {e.Message}");
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The other end is gone, or the loan has ended.
        }
    }
}
