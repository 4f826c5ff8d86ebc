using Npgsql;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// The leases of the frozen VMs of one remote VmHost, for the node of a cluster that has its duty. A write whose claim is lost fails with a
/// <see cref="LeaseStoreException"/> around the <see cref="DutyLostException"/>.
/// </summary>
/// <param name="connections">Shared with all that the node keeps there.</param>
/// <param name="claim">Of the VmHost.</param>
/// <param name="host">Name of the VmHost; leases of others are neither seen nor written.</param>
internal sealed class PostgresLeaseStore(PostgresConnections connections, DutyClaim claim, string host) : ILeaseStore
{
    private const string Put = """
        INSERT INTO lease (host, vm, id, freeze_group, owner, ttl, deadline) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (host, vm) DO UPDATE
        SET id = excluded.id, freeze_group = excluded.freeze_group, owner = excluded.owner, ttl = excluded.ttl, deadline = excluded.deadline
        """;

    /// <inheritdoc/>
    public Task PutAsync(FreezeLease lease) => lease.Host == host
        ? WriteAsync(new PostgresStatement(
            Put,
            lease.Host,
            lease.Vm,
            lease.Id,
            lease.Group,
            lease.Owner,
            (long)lease.Ttl.TotalMilliseconds,
            lease.Deadline.ToUnixTimeMilliseconds()))
        : throw new LeaseStoreException($"the VM {lease.Vm} is on {lease.Host}, and {claim.Duty} is for those of {host}: its lease was not written");

    /// <inheritdoc/>
    public Task RemoveAsync(string leaseId) => WriteAsync(new PostgresStatement("DELETE FROM lease WHERE id = $1 AND host = $2", leaseId, host));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FreezeLease>> LoadAsync()
    {
        try
        {
            return await connections.ReadAsync(connection => connection.QueryAsync("SELECT vm, id, freeze_group, owner, ttl, deadline FROM lease WHERE host = $1 ORDER BY vm", Read, host)).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new LeaseStoreException(e.Message, e);
        }
    }

    private FreezeLease Read(NpgsqlDataReader row) => new()
    {
        Host = host,
        Vm = row.GetString(0),
        Id = row.GetString(1),
        Group = row.GetString(2),
        Owner = row.GetString(3),
        Ttl = TimeSpan.FromMilliseconds(row.GetInt64(4)),
        Deadline = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
    };

    private async Task WriteAsync(PostgresStatement write)
    {
        try
        {
            await connections.Writer.AddAsync([write], claim).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new LeaseStoreException(e.Message, e);
        }
    }
}
