using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Transport;
using Endpoint = Orchestrator.Protocol.Transport.Endpoint;

namespace Orchestrator.Host.Clustering;

/// <summary>Channels of this node's QEMUs that other nodes have, who ask for them by <see cref="PeerChannels"/>. Any thread.</summary>
internal sealed class LentChannels
{
    private readonly ConcurrentDictionary<string, LentChannel> _open = new();

    /// <summary>Answers another node that asks for a channel: from then on its bytes are the channel's.</summary>
    /// <exception cref="RequestException">It is not lent, or cannot be reached.</exception>
    public async Task ServeAsync(HttpContext context, string channel, string vm, Node node)
    {
        context.EndWithNode();
        var lent = await node.AskAsync<LendingReplies.Channel>(node.VmHost, new LendingQueries.Find(vm, channel), context.RequestAborted).ConfigureAwait(false);
        if (lent.Endpoint is not { } endpoint)
            throw new RequestException("vm-not-found", $"the node '{node.Host}' has no VM '{vm}' whose channel '{channel}' is another node's");
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || context.Request.Headers.Upgrade != PeerChannels.Protocol)
            throw new RequestException("invalid-request", $"this is a channel: ask with 'Connection: Upgrade' and 'Upgrade: {PeerChannels.Protocol}'");
        await using var qemu = await ReachAsync(endpoint, context.RequestAborted).ConfigureAwait(false);
        var way = new LentChannel(qemu);
        var id = Guid.NewGuid().ToString("N");
        context.Response.Headers.Upgrade = PeerChannels.Protocol;
        context.Response.Headers[PeerChannels.IdHeader] = id;
        _open[id] = way;
        try
        {
            await using var other = await upgrade.UpgradeAsync().ConfigureAwait(false);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(lent.Ended, context.RequestAborted);
            // Either end closes both: QEMU serves the next client when this one is gone.
            await Task.WhenAny(UntilEndAsync(way.PassOnAsync(other, end.Token)), UntilEndAsync(qemu.CopyToAsync(other, end.Token))).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    /// <summary>Whether a QEMU has for certain not read all of what another node has written to its channel.</summary>
    /// <param name="id">Of the channel, in the answer to who asked for it.</param>
    /// <param name="written">Bytes that were written there.</param>
    /// <param name="cancellationToken">When it is not waited for any longer.</param>
    /// <exception cref="RequestException">The channel has ended.</exception>
    public Task<bool> HasUnreadAsync(string id, long written, CancellationToken cancellationToken) =>
        _open.TryGetValue(id, out var way) ? way.HasUnreadAsync(written, cancellationToken) : throw new RequestException("not-found", $"no channel '{id}' is open");

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

    private static async Task UntilEndAsync(Task passing)
    {
        try
        {
            await passing.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The other end is gone, or the loan has ended.
        }
    }
}
