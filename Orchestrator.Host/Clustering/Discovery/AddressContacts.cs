using System.Net;
using System.Net.Sockets;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering.Discovery;

/// <summary>A node by address or name. A name that stands for several addresses, such as a headless service of Kubernetes, stands for all of them.</summary>
/// <param name="contact">As configured.</param>
/// <param name="resolve">Addresses of a name; <see langword="null"/>: the system's resolver.</param>
internal sealed class AddressContacts(NodeAddress contact, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : IContactSource
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <inheritdoc/>
    public string Name { get; } = contact.ToString();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodeAddress>> FindAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(contact.Host, out _))
            return [contact];
        var addresses = await ResolveAsync(cancellationToken).ConfigureAwait(false);
        // A node answers by the name that it has in its own 'listen': a name of one address is taken for that.
        return addresses.Length > 1 ? [.. addresses.Select(address => contact with { Host = address.ToString() })] : [contact];
    }

    private async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _resolve(contact.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new ContactException($"'{contact.Host}' of 'join' has no address: {e.Message}. See whether it is in DNS", e);
        }
    }
}
