using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Storage;

/// <summary>The node's own database, one file. Any thread may ask; only the database's own threads ever wait for the disk.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    /// <summary>Writes, and questions, that may wait.</summary>
    public const int MaxWaiting = 1024;

    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;

    private SqliteDatabase(string path, Func<SqliteSession> write)
    {
        _writer = new SqliteWriter(MaxWaiting, write, e => SqliteFailures.Explain(e, path), StoreMetrics.Of(path));
        _readers = new SqliteReaders(MaxWaiting, () => SqliteSession.Open(path, isReadOnly: true, BusyTimeout), e => SqliteFailures.Explain(e, path));
    }

    /// <summary>Opens the file, or makes it with mode 0600, and brings its tables up to date.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="migrations">SQL scripts in the order of their versions: the first makes version 1 of an empty file. Never change one that was released.</param>
    /// <param name="prepare">Called for every connection that writes, for tests that want a smaller disk.</param>
    /// <param name="survivesPowerLoss">Whether what was written stays when the machine loses its power, not only when the process dies: that costs a flush each time.</param>
    /// <exception cref="ServeException">It cannot be opened, or a newer version of this program wrote it.</exception>
    public static async Task<SqliteDatabase> OpenAsync(string path, IReadOnlyList<string> migrations, Action<SqliteSession>? prepare = null, bool survivesPowerLoss = true)
    {
        var database = new SqliteDatabase(path, () => OpenWriter(path, prepare, survivesPowerLoss));
        try
        {
            await database.WriteAsync(session => Migrate(session, path, migrations)).ConfigureAwait(false);
            return database;
        }
        catch (JobStoreException e)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw new ServeException(e.Message);
        }
    }

    /// <summary>Writes: everything in <paramref name="write"/>, or nothing. Runs on the writer's thread, inside a transaction; done when it is on disk.</summary>
    /// <exception cref="JobStoreException">Nothing of it was written; the message says why and what to do.</exception>
    public Task WriteAsync(Action<SqliteSession> write) => _writer.AddAsync(write);

    /// <summary>Reads one state of the database. Runs on a reader's thread.</summary>
    /// <exception cref="JobStoreException">It cannot be read; the message says why and what to do.</exception>
    public Task<T> ReadAsync<T>(Func<SqliteSession, T> read) => _readers.AskAsync(read);

    /// <summary>Writes what is waiting, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _readers.Close();
        await _readers.Ended.ConfigureAwait(false);
        // Last, because the last connection moves the log into the file.
        _writer.Close();
        await _writer.Ended.ConfigureAwait(false);
    }

    private static SqliteSession OpenWriter(string path, Action<SqliteSession>? prepare, bool survivesPowerLoss)
    {
        // SQLite gives its other files the mode of this one.
        File.Open(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
        var session = SqliteSession.Open(path, isReadOnly: false, BusyTimeout, survivesPowerLoss);
        prepare?.Invoke(session);
        return session;
    }

    private static void Migrate(SqliteSession session, string path, IReadOnlyList<string> migrations)
    {
        var version = (int)(long)session.Scalar("PRAGMA user_version")!;
        if (version > migrations.Count)
            throw new JobStoreException($"{path} was written by a newer version of this program (its tables are of version {version}, this program knows {migrations.Count}): run that one, or start with another --data");
        for (; version < migrations.Count; version++)
            session.ExecuteScript($"{migrations[version]}; PRAGMA user_version={version + 1}");
    }
}
