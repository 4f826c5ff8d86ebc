using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering.Discovery;

/// <summary>The nodes that a name of a service has SRV records for (RFC 2782): each record is a node's name, as in its <c>listen</c>, with its port.</summary>
/// <param name="service">Such as <c>_orchestrator._tcp.example.net</c>.</param>
/// <param name="server">Who is asked; <see langword="null"/>: the system's name servers.</param>
internal sealed class ServiceContacts(string service, IPEndPoint? server = null) : IContactSource
{
    /// <summary>What a service begins with in <c>join</c>.</summary>
    public const string Prefix = "dns+srv:";

    /// <inheritdoc/>
    public string Name { get; } = Prefix + service;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodeAddress>> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Made anew, so that a change of the system's name servers is followed. Its tries together take less than the patience of who asks.
            var options = server is null ? new LookupClientOptions() : new LookupClientOptions(server);
            options.UseCache = false;
            options.Timeout = ClusterContacts.Patience / 3;
            options.Retries = 1;
            var answer = await new LookupClient(options).QueryAsync(service, QueryType.SRV, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (answer.HasError)
                throw new ContactException($"'{service}' of 'join' has no SRV records: {answer.ErrorMessage}");
            return Targets(answer.Answers.SrvRecords());
        }
        catch (Exception e) when (e is DnsResponseException or DnsXidMismatchException or InvalidOperationException or ArgumentException)
        {
            throw new ContactException($"the SRV records of '{service}' of 'join' cannot be asked for: {e.Message}", e);
        }
    }

    /// <summary>Those of the best priority first. A target "." says that there is no such service.</summary>
    private NodeAddress[] Targets(IEnumerable<SrvRecord> records)
    {
        var nodes = records.OrderBy(record => record.Priority).ThenByDescending(record => record.Weight)
            .Where(record => record.Target.Value != ".").Select(record => new NodeAddress(record.Target.Value.TrimEnd('.'), record.Port))
            .Where(node => node.IsUsable).ToArray();
        return nodes.Length > 0 ? nodes : throw new ContactException($"'{service}' of 'join' has no SRV record that names a node: a name, and a port from 1 to {NodeAddress.MaxPort}");
    }
}
