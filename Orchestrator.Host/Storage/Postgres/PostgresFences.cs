using Npgsql;
using Orchestrator.Actors.Clustering;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>Whether who writes still has the duty that it writes for.</summary>
internal static class PostgresFences
{
    /// <summary>
    /// A claim changes the key of this row (<c>duty_epoch</c>), so it waits for who holds this lock, and who asks for it waits for a claim under way
    /// and then sees the new epoch. A renewal changes no key: it and writes do not wait for each other.
    /// </summary>
    private const string Hold = "SELECT name, epoch FROM duty WHERE name = ANY($1) FOR KEY SHARE";

    /// <summary>Epochs of the duties of these claims, none of which changes until the end of the transaction.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> HoldAsync(NpgsqlConnection connection, IEnumerable<DutyClaim> claims)
    {
        var duties = claims.Select(claim => claim.Duty).Distinct(StringComparer.Ordinal).ToArray();
        return duties.Length == 0
            ? new Dictionary<string, long>()
            : (await connection.QueryAsync(Hold, row => (row.GetString(0), row.GetInt64(1)), (object)duties).ConfigureAwait(false)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>What is told to one whose claim is not the duty's any more; <see langword="null"/> to one whose it is, or who needs none.</summary>
    /// <param name="claim">Of the write.</param>
    /// <param name="held">As <see cref="HoldAsync"/> found them.</param>
    public static DutyLostException? Check(DutyClaim? claim, IReadOnlyDictionary<string, long> held)
    {
        if (claim is null || (held.TryGetValue(claim.Duty, out var epoch) && epoch == claim.Epoch))
            return null;
        var now = held.ContainsKey(claim.Duty) ? $"it was given back or taken over: its epoch is {epoch}, not {claim.Epoch}" : "nobody ever claimed it";
        return new DutyLostException($"{claim.Owner} does not have the duty {claim.Duty} any more ({now}): nothing was written, and the node that has it goes on");
    }
}
