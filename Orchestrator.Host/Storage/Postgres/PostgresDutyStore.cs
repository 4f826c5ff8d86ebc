using Orchestrator.Actors.Clustering;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Duties as rows of PostgreSQL, and by its clock alone: clocks of nodes may differ. A duty's epoch changes with each claim and each release, so a
/// write that carries an older one is refused (<see cref="PostgresFences"/>).
/// </summary>
internal sealed class PostgresDutyStore(PostgresLane connections) : IDutyStore
{
    /// <summary>Takes the row that is there, or makes the first: whichever it is, of those who come at once one does.</summary>
    private const string Claim = """
        WITH taken AS (
            UPDATE duty SET owner = $2, epoch = epoch + 1, expires_at = clock_timestamp() + $3
            WHERE name = $1 AND (owner = $2 OR expires_at <= clock_timestamp())
            RETURNING epoch
        ), made AS (
            INSERT INTO duty (name, owner, epoch, expires_at) SELECT $1, $2, 1, clock_timestamp() + $3
            WHERE NOT EXISTS (SELECT 1 FROM duty WHERE name = $1)
            ON CONFLICT DO NOTHING
            RETURNING epoch
        )
        SELECT epoch FROM taken UNION ALL SELECT epoch FROM made
        """;

    private const string Renew = "UPDATE duty SET expires_at = clock_timestamp() + $4 WHERE name = $1 AND owner = $2 AND epoch = $3";

    private const string Release = "UPDATE duty SET owner = NULL, epoch = epoch + 1, expires_at = '-infinity' WHERE name = $1 AND owner = $2 AND epoch = $3";

    private const string List = "SELECT name, owner, epoch FROM duty WHERE starts_with(name, $1) AND owner IS NOT NULL AND expires_at > clock_timestamp() ORDER BY name";

    /// <inheritdoc/>
    public async Task<DutyClaim?> ClaimAsync(string duty, string owner, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        var epoch = await connections.RunAsync((connection, token) => connection.ScalarAsync(Claim, token, duty, owner, lifetime), cancellationToken).ConfigureAwait(false);
        return epoch is long number ? new DutyClaim(duty, owner, number) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> RenewAsync(DutyClaim claim, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        return await connections.RunAsync((connection, token) => connection.ExecuteAsync(Renew, token, claim.Duty, claim.Owner, claim.Epoch, lifetime), cancellationToken).ConfigureAwait(false) == 1;
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(DutyClaim claim, CancellationToken cancellationToken) =>
        connections.RunAsync((connection, token) => connection.ExecuteAsync(Release, token, claim.Duty, claim.Owner, claim.Epoch), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DutyClaim>> ListAsync(string prefix, CancellationToken cancellationToken) => await connections.RunAsync(
        (connection, token) => connection.QueryAsync(List, token, row => new DutyClaim(row.GetString(0), row.GetString(1), row.GetInt64(2)), prefix),
        cancellationToken).ConfigureAwait(false);
}
