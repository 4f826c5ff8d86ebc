using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Host.Storage;

/// <summary>The leases of frozen VMs in the node's own database.</summary>
internal sealed class SqliteLeaseStore(SqliteDatabase database) : ILeaseStore
{
    /// <inheritdoc/>
    public Task PutAsync(FreezeLease lease) => ExplainAsync(database.WriteAsync(session => session.Execute(
        "INSERT INTO lease (host, vm, id, freeze_group, owner, ttl, deadline) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (host, vm) DO UPDATE SET id = ?3, freeze_group = ?4, owner = ?5, ttl = ?6, deadline = ?7",
        lease.Host,
        lease.Vm,
        lease.Id,
        lease.Group,
        lease.Owner,
        (long)lease.Ttl.TotalMilliseconds,
        lease.Deadline.ToUnixTimeMilliseconds())));

    /// <inheritdoc/>
    public Task RemoveAsync(string leaseId) => ExplainAsync(database.WriteAsync(session => session.Execute("DELETE FROM lease WHERE id = ?1", leaseId)));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FreezeLease>> LoadAsync()
    {
        var leases = database.ReadAsync(session => session.Query("SELECT host, vm, id, freeze_group, owner, ttl, deadline FROM lease ORDER BY host, vm", row => new FreezeLease
        {
            Host = row.GetString(0),
            Vm = row.GetString(1),
            Id = row.GetString(2),
            Group = row.GetString(3),
            Owner = row.GetString(4),
            Ttl = TimeSpan.FromMilliseconds(row.GetInt64(5)),
            Deadline = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        }));
        await ExplainAsync(leases).ConfigureAwait(false);
        return await leases.ConfigureAwait(false);
    }

    private static async Task ExplainAsync(Task asked)
    {
        try
        {
            await asked.ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new LeaseStoreException(e.Message, e);
        }
    }
}
