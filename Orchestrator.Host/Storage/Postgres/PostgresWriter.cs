using System.Threading.Channels;
using Npgsql;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// The one writer of a node, on one connection: what has come together is committed in one transaction, and sent in one message. A write that fails
/// fails alone: then the others are done once more, each for itself. While the server is away, what waits is tried again for ten seconds, then it fails; every write may be done twice, so a commit whose answer was lost may too.
/// </summary>
/// <remarks>
/// A write for a duty is done only while its claim holds, which each transaction asks anew, once for all duties that are in it, and no claim passes
/// until it has ended. A node that stands still in the middle is thrown out by the server after <see cref="MaxStandstill"/>. Of a commit whose answer
/// was lost, a node that has lost the duty by its next try cannot tell whether it was done: if so, it was while the claim held, and the next owner sees it.
/// </remarks>
internal sealed class PostgresWriter : IAsyncDisposable
{
    /// <summary>How long writes wait for a server that is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a new job waits to be kept, from when it came: its caller waits for it, and hears no later that it was not.</summary>
    public static readonly TimeSpan AcceptPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long a node that was stopped in the middle of a transaction can keep others from its duties.</summary>
    public static readonly TimeSpan MaxStandstill = TimeSpan.FromSeconds(3);

    private const int MaxGroup = 256;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly Channel<PendingWrite> _waiting = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(SqliteDatabase.MaxWaiting) { SingleReader = true });
    private readonly NpgsqlDataSource _server;
    private readonly TimeProvider _time;
    private readonly string _where;
    private readonly Task _running;
    private NpgsqlConnection? _connection;

    /// <param name="server">Where connections come from.</param>
    /// <param name="time">Measures the pauses.</param>
    /// <param name="where">For errors.</param>
    public PostgresWriter(NpgsqlDataSource server, TimeProvider time, string where)
    {
        (_server, _time, _where) = (server, time, where);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes a write in, which runs inside a transaction; done when that is committed.</summary>
    /// <param name="statements">May run twice.</param>
    /// <param name="claim">Of the duty that it is for; <see langword="null"/> outside a cluster.</param>
    /// <param name="within">
    /// A deadline from now on: a write that is not being committed by then fails, and is not done any more. <see langword="null"/> for what waits as
    /// long as the writer does.
    /// </param>
    /// <param name="refusal">Asked before each try: why it is not done any more; <see langword="null"/> while it is.</param>
    /// <exception cref="DutyLostException">The claim does not hold any more: nothing was written.</exception>
    /// <exception cref="JobStoreException">It failed, or too much is waiting, or the store is closed.</exception>
    public Task AddAsync(IReadOnlyList<PostgresStatement> statements, DutyClaim? claim = null, TimeSpan? within = null, Func<Exception?>? refusal = null)
    {
        var pending = new PendingWrite(statements, claim, refusal);
        if (_waiting.Writer.TryWrite(pending))
            StoreMetrics.Postgres.Waiting(1);
        else
            pending.Fail(_waiting.Reader.Completion.IsCompleted || _closed ? StoreFailures.Stopping() : StoreFailures.TooMuch(SqliteDatabase.MaxWaiting));
        if (within is { } limit)
            pending.Expire(limit, _time, () => PostgresFailures.Explain(new TimeoutException($"nothing within {limit.TotalSeconds:0} s"), _where));
        return pending.Done;
    }

    /// <summary>Writes what is waiting, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        _waiting.Writer.TryComplete();
        await _running.ConfigureAwait(false);
    }

    private volatile bool _closed;

    private async Task RunAsync()
    {
        var group = new List<PendingWrite>(MaxGroup);
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (group.Count < MaxGroup && _waiting.Reader.TryRead(out var next))
                group.Add(next);
            StoreMetrics.Postgres.Waiting(-group.Count);
            await CommitAsync(group).ConfigureAwait(false);
            group.Clear();
        }
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CommitAsync(List<PendingWrite> group)
    {
        var started = StoreMetrics.Postgres.Begin();
        var failure = await TryCommitAsync(group).ConfigureAwait(false);
        var since = _time.GetTimestamp();
        for (var pause = FirstPause; failure is not null && group.Count > 0 && PostgresFailures.MayPass(failure) && !_closed && _time.GetElapsedTime(since) < Patience; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, _time).ConfigureAwait(false);
            failure = await TryCommitAsync(group).ConfigureAwait(false);
        }
        StoreMetrics.Postgres.End(started, group.Count, failure is not null ? group.Count : group.Count(static pending => pending.Failure is not null));
        foreach (var pending in group)
        {
            if ((pending.Failure ?? failure) is { } own)
                pending.Fail(own as JobStoreException ?? PostgresFailures.Explain(own, _where));
            else
                pending.Succeed();
        }
    }

    /// <summary>What made the whole transaction fail; <see langword="null"/> if it is committed.</summary>
    private async Task<Exception?> TryCommitAsync(List<PendingWrite> group)
    {
        group.RemoveAll(static pending => pending.HasEnded);
        if (group.Count == 0)
            return null;
        try
        {
            _connection ??= await OpenAsync().ConfigureAwait(false);
            if (!await TryTransactAsync(_connection, group, TryTogetherAsync).ConfigureAwait(false))
                await TryTransactAsync(_connection, group, EachAloneAsync).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            foreach (var pending in group)
                pending.NotCommitted();
            await CloseAsync().ConfigureAwait(false);
            return e;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = await _server.OpenConnectionAsync().ConfigureAwait(false);
        try
        {
            await connection.ExecuteAsync($"SET idle_in_transaction_session_timeout = {MaxStandstill.TotalMilliseconds:0}").ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> TryTransactAsync(NpgsqlConnection connection, List<PendingWrite> group, Func<NpgsqlConnection, NpgsqlTransaction, IReadOnlyList<PendingWrite>, Task<bool>> tryWrite)
    {
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        var held = await PostgresFences.HoldAsync(connection, group.Select(pending => pending.Claim).OfType<DutyClaim>()).ConfigureAwait(false);
        foreach (var pending in group)
            pending.Failure = pending.Refuse(held);
        if (!await tryWrite(connection, transaction, [.. group.Where(static pending => pending.Failure is null)]).ConfigureAwait(false))
            return false;
        // What its caller has given up must not be done: all the others once more, without it.
        if (!group.All(static pending => pending.TryCommit()))
            throw new TimeoutException("the time of a write was over before it could be committed");
        await transaction.CommitAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Whether all of them could be written.</summary>
    private static async Task<bool> TryTogetherAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingWrite> writes)
    {
        try
        {
            return await PostgresBatch.RunAsync(connection, [.. writes.SelectMany(static pending => pending.Statements)]).ConfigureAwait(false) is null;
        }
        catch (Exception e) when (!PostgresFailures.MayPass(e))
        {
            return false;
        }
    }

    /// <summary>Writes those that can be written, and says why the others cannot.</summary>
    private static async Task<bool> EachAloneAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingWrite> writes)
    {
        foreach (var pending in writes)
        {
            await transaction.SaveAsync("one").ConfigureAwait(false);
            pending.Failure = await FailureOfAsync(connection, pending.Statements).ConfigureAwait(false);
            await (pending.Failure is null ? transaction.ReleaseAsync("one") : transaction.RollbackAsync("one")).ConfigureAwait(false);
        }
        return true;
    }

    private static async Task<Exception?> FailureOfAsync(NpgsqlConnection connection, IReadOnlyList<PostgresStatement> statements)
    {
        try
        {
            return await PostgresBatch.RunAsync(connection, statements).ConfigureAwait(false) is { WhenNone: { } why } ? await why(connection).ConfigureAwait(false) : null;
        }
        catch (Exception e) when (!PostgresFailures.MayPass(e))
        {
            return e;
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
    }
}
