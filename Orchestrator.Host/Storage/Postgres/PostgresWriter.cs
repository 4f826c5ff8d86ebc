using System.Threading.Channels;
using Npgsql;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// The one writer of a node, on one connection: what has come together is committed in one transaction. A write that fails fails alone. While the
/// server is away, what waits is tried again for ten seconds, then it fails; every write may be done twice, so a commit whose answer was lost may too.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    /// <summary>How long writes wait for a server that is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int MaxGroup = 256;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly Channel<Pending> _waiting = Channel.CreateBounded<Pending>(new BoundedChannelOptions(SqliteDatabase.MaxWaiting) { SingleReader = true });
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
    /// <exception cref="JobStoreException">It failed, or too much is waiting, or the store is closed.</exception>
    public Task AddAsync(Func<NpgsqlConnection, Task> write)
    {
        var pending = new Pending(write);
        if (!_waiting.Writer.TryWrite(pending))
            pending.Done.SetException(_waiting.Reader.Completion.IsCompleted || _closed ? StoreFailures.Stopping() : StoreFailures.TooMuch(SqliteDatabase.MaxWaiting));
        return pending.Done.Task;
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
        var group = new List<Pending>(MaxGroup);
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (group.Count < MaxGroup && _waiting.Reader.TryRead(out var next))
                group.Add(next);
            await CommitAsync(group).ConfigureAwait(false);
            group.Clear();
        }
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CommitAsync(List<Pending> group)
    {
        var failure = await TryCommitAsync(group).ConfigureAwait(false);
        var since = _time.GetTimestamp();
        for (var pause = FirstPause; failure is not null && PostgresFailures.IsOfConnection(failure) && !_closed && _time.GetElapsedTime(since) < Patience; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, _time).ConfigureAwait(false);
            failure = await TryCommitAsync(group).ConfigureAwait(false);
        }
        foreach (var pending in group)
        {
            if ((pending.Failure ?? failure) is { } own)
                pending.Done.SetException(own as JobStoreException ?? PostgresFailures.Explain(own, _where));
            else
                pending.Done.SetResult();
        }
    }

    /// <summary>What made the whole transaction fail; <see langword="null"/> if it is committed.</summary>
    private async Task<Exception?> TryCommitAsync(List<Pending> group)
    {
        try
        {
            _connection ??= await _server.OpenConnectionAsync().ConfigureAwait(false);
            await using var transaction = await _connection.BeginTransactionAsync().ConfigureAwait(false);
            foreach (var pending in group)
                await WriteAsync(pending, transaction).ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            await CloseAsync().ConfigureAwait(false);
            return e;
        }
    }

    private async Task WriteAsync(Pending pending, NpgsqlTransaction transaction)
    {
        pending.Failure = null;
        await transaction.SaveAsync("one").ConfigureAwait(false);
        try
        {
            await pending.Write(_connection!).ConfigureAwait(false);
            await transaction.ReleaseAsync("one").ConfigureAwait(false);
        }
        catch (Exception e) when (!PostgresFailures.IsOfConnection(e))
        {
            pending.Failure = e;
            await transaction.RollbackAsync("one").ConfigureAwait(false);
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
    }

    private sealed class Pending(Func<NpgsqlConnection, Task> write)
    {
        public Func<NpgsqlConnection, Task> Write { get; } = write;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Failure { get; set; }
    }
}
