using System.Net.Sockets;
using Npgsql;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>What PostgreSQL's errors mean for who runs the node.</summary>
internal static class PostgresFailures
{
    // idle_in_transaction_session_timeout
    private const string StoodStill = "25P03";

    /// <summary>Whether the next try may do: on another connection, or because whoever was in the way has gone on.</summary>
    public static bool MayPass(Exception failure) =>
        IsOfConnection(failure) || failure is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>Whether the connection is the trouble, so that another may do.</summary>
    public static bool IsOfConnection(Exception failure) => failure switch
    {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html: connections, operator intervention, too many of them, a transaction that stood still.
        PostgresException { SqlState: var state } => state.StartsWith("08", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal)
            || state is PostgresErrorCodes.TooManyConnections or StoodStill,
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>What happened, where, and what to do next.</summary>
    public static JobStoreException Explain(Exception failure, string where) => new(failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => $"the disk of {where} is full: make room there; nothing need be started anew",
        PostgresException { SqlState: var state } e when state.StartsWith("28", StringComparison.Ordinal) || state == PostgresErrorCodes.InsufficientPrivilege || state == PostgresErrorCodes.InvalidCatalogName =>
            $"{where} refuses this node ({e.MessageText}): look at the user, the password and the database of 'store'",
        PostgresException e when !IsOfConnection(e) => $"{where}: {e.MessageText} ({e.SqlState})",
        _ when IsOfConnection(failure) => $"{where} does not answer ({failure.Message.TrimEnd('.')}): start it, or repair the way to it; nothing need be started anew here",
        _ => $"{where}: {failure.Message}",
    }, failure);
}
