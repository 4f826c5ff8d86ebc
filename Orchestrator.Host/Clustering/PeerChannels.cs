using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Protocol.Transport;
using Endpoint = Orchestrator.Protocol.Transport.Endpoint;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// Channels of QEMUs that another node has, while a VM of this node is migrated to it or from it: a connection between the nodes' APIs for each, which
/// is no HTTP after its first answer (RFC 9110, 7.8). The other side is <see cref="LentChannels"/>.
/// </summary>
/// <param name="peers">Of the requests.</param>
/// <param name="connect">To all other endpoints.</param>
internal sealed class PeerChannels(PeerClient peers, Func<Endpoint, CancellationToken, Task<Stream>> connect)
{
    /// <summary>What is asked for.</summary>
    internal const string Protocol = "orchestrator-channel";

    internal const string Path = "/peer/v1/channels";

    /// <summary>In the answer: what the channel is called where it is asked for what QEMU has not read.</summary>
    internal const string IdHeader = "Orchestrator-Channel";

    /// <summary>Where that is, before the id.</summary>
    internal const string UnreadPath = "/peer/v1/unread";

    /// <summary>The other node is there: what it does not tell by then, it does not know.</summary>
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(2);

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
        {
            var id = response.Headers.TryGetValues(IdHeader, out var ids) ? ids.First() : null;
            return new RelayedStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), written => HasUnreadAsync(endpoint.Node, id, written));
        }
        using (response)
            throw new IOException($"{endpoint}: {(int)response.StatusCode} {Why(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false))}");
    }

    private async Task<bool> HasUnreadAsync(string node, string? id, long written)
    {
        // Asked for by a session, under its lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        // Of a node that does not know the question.
        if (id is null)
            return false;
        using var limit = new CancellationTokenSource(AskTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{node}{UnreadPath}/{id}?written={written}");
            using var answer = await peers.Invoker.SendAsync(request, limit.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync(PeerJson.Default.Boolean, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or JsonException)
        {
            return false;
        }
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
}
