using Orchestrator.Actors.Clustering;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Duties as rows of PostgreSQL, and by its clock alone: clocks of nodes may differ. A duty's epoch changes with each claim and each release, so a
/// write that carries an older one is refused (<see cref="PostgresFences"/>).
/// </summary>
internal sealed class PostgresDutyStore(PostgresLane connections) : IDutyStore
{
    /// <summary>The first look spares who has it from a lock each time that somebody else asks; the second one, under the lock, decides.</summary>
    private const string Claim = """
        INSERT INTO duty (name, owner, epoch, expires_at)
        SELECT $1, $2, 1, clock_timestamp() + $3
        WHERE NOT EXISTS (SELECT 1 FROM duty WHERE name = $1 AND owner <> $2 AND expires_at > clock_timestamp())
        ON CONFLICT (name) DO UPDATE SET owner = $2, epoch = duty.epoch + 1, expires_at = clock_timestamp() + $3
        WHERE duty.owner = $2 OR duty.expires_at <= clock_timestamp()
        RETURNING epoch
        """;

    private const string Renew = "UPDATE duty SET expires_at = clock_timestamp() + $4 WHERE name = $1 AND owner = $2 AND epoch = $3";

    private const string Release = "UPDATE duty SET owner = NULL, epoch = epoch + 1, expires_at = '-infinity' WHERE name = $1 AND owner = $2 AND epoch = $3";

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
}
