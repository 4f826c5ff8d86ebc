using Npgsql;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Some of the connections, for one kind of calls, so that many of one kind never keep those of another waiting. A call has a deadline from the
/// moment it is made. Any thread.
/// </summary>
/// <param name="server">Where connections come from.</param>
/// <param name="width">Connections that are used at the same time.</param>
/// <param name="patience">The deadline: waiting for a connection and the answers together.</param>
/// <param name="time">Measures it.</param>
/// <param name="where">For errors.</param>
internal sealed class PostgresLane(NpgsqlDataSource server, int width, TimeSpan patience, TimeProvider time, string where)
{
    /// <summary>Calls that may run or wait.</summary>
    public const int MaxCalls = SqliteDatabase.MaxWaiting;

    private readonly SemaphoreSlim _free = new(width);
    private int _calls;

    /// <summary>Asks on a connection of its own. One that the server had closed is replaced, so it may be asked twice.</summary>
    /// <param name="ask">May run twice.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <param name="within">A deadline of its own. The call ends by it even if what is asked does not heed its token, which keeps its place until it has ended.</param>
    /// <exception cref="JobStoreException">It failed, or its time is over, or too much is waiting.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken = default, TimeSpan? within = null)
    {
        var limit = within ?? patience;
        using var deadline = new CancellationTokenSource(limit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (Interlocked.Increment(ref _calls) > MaxCalls)
                throw StoreFailures.TooMuch(MaxCalls);
            await _free.WaitAsync(ended.Token).ConfigureAwait(false);
            var answer = AskAsync(ask, ended.Token);
            // A server that has fallen silent keeps its connection for longer than a caller waits.
            return await answer.WaitAsync(ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw PostgresFailures.Explain(new TimeoutException($"nothing within {limit.TotalSeconds:0} s", e), where);
        }
        catch (ObjectDisposedException e)
        {
            throw StoreFailures.Stopping(e);
        }
        catch (Exception e) when (e is not (JobStoreException or OperationCanceledException))
        {
            throw PostgresFailures.Explain(e, where);
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    private async Task<T> AskAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(ask, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<T> TryAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await using var connection = await server.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                return await ask(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (isFirst && PostgresFailures.MayPass(e))
            {
                server.Clear();
            }
        }
    }
}
