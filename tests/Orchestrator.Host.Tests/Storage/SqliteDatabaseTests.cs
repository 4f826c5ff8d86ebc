using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    private static readonly string[] Numbers = ["CREATE TABLE number (value INTEGER UNIQUE)"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");

    private string File => Path.Combine(_directory.FullName, "jobs.db");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task The_file_and_its_companions_are_for_their_user_only()
    {
        await using var database = await SqliteDatabase.OpenAsync(File, Numbers);
        await Insert(database, 1);

        Assert.Contains(File + "-wal", _directory.GetFiles().Select(file => file.FullName));
        Assert.All(_directory.GetFiles(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }

    [Fact]
    public async Task A_file_of_an_older_version_gets_the_new_tables_and_keeps_its_rows()
    {
        await using (var old = await SqliteDatabase.OpenAsync(File, Numbers))
            await Insert(old, 7);

        await using var database = await SqliteDatabase.OpenAsync(File, [.. Numbers, "CREATE TABLE lease (vm TEXT); INSERT INTO lease VALUES ('web1')"]);

        Assert.Equal([7L], await All(database));
        Assert.Equal("web1", await database.ReadAsync(session => session.Scalar("SELECT vm FROM lease")));
    }

    [Fact]
    public async Task A_migration_that_fails_changes_nothing()
    {
        await Assert.ThrowsAsync<ServeException>(() => SqliteDatabase.OpenAsync(File, ["CREATE TABLE half (value); CREATE TABLE wrong wrong"]));

        await using var database = await SqliteDatabase.OpenAsync(File, ["CREATE TABLE half (value)"]);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_with_what_to_do()
    {
        await using (await SqliteDatabase.OpenAsync(File, [.. Numbers, "CREATE TABLE later (value)"]))
        {
        }

        var error = await Assert.ThrowsAsync<ServeException>(() => SqliteDatabase.OpenAsync(File, Numbers));

        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
        Assert.Contains("--data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_called_damaged()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 8192));

        var error = await Assert.ThrowsAsync<ServeException>(() => SqliteDatabase.OpenAsync(File, Numbers));

        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_that_come_together_are_committed_together_and_one_that_fails_fails_alone()
    {
        await using var database = await SqliteDatabase.OpenAsync(File, Numbers);
        using var gate = new ManualResetEventSlim();
        var first = database.WriteAsync(_ => gate.Wait());
        var before = Insert(database, 1);
        var twice = Insert(database, 1);
        var after = Insert(database, 2);
        gate.Set();

        await Task.WhenAll(first, before, after);
        Assert.Contains("UNIQUE", (await Assert.ThrowsAsync<JobStoreException>(() => twice)).Message, StringComparison.Ordinal);
        Assert.Equal([1L, 2L], await All(database));
    }

    [Fact]
    public async Task Too_much_that_waits_is_refused_at_once_and_what_waits_is_written()
    {
        await using var database = await SqliteDatabase.OpenAsync(File, Numbers);
        using var gate = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        var blocking = database.WriteAsync(_ =>
        {
            busy.Set();
            gate.Wait();
        });
        busy.Wait();
        // The writer may have taken some beside the first one, but no more than a group.
        var waiting = Enumerable.Range(0, SqliteDatabase.MaxWaiting + SqliteWriter.MaxGroup + 1).Select(value => Insert(database, value)).ToArray();

        var refused = waiting.Where(write => write.IsFaulted).ToArray();
        Assert.NotEmpty(refused);
        Assert.Contains("too much is waiting", refused[0].Exception!.InnerException!.Message, StringComparison.Ordinal);
        gate.Set();
        await Task.WhenAll([blocking, .. waiting.Except(refused)]);
        Assert.Equal(waiting.Length - refused.Length, (await All(database)).Count);
    }

    [Fact]
    public async Task A_full_disk_is_told_to_who_writes_and_room_is_used_at_once()
    {
        var pages = 20;
        await using var database = await SqliteDatabase.OpenAsync(File, ["CREATE TABLE filling (value BLOB)"], session => session.Execute($"PRAGMA max_page_count={pages}"));
        var small = new byte[100];

        var error = await Assert.ThrowsAsync<JobStoreException>(() => database.WriteAsync(session => session.Execute("INSERT INTO filling VALUES (?1)", new byte[1024 * 1024])));

        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        await database.WriteAsync(session => session.Execute("INSERT INTO filling VALUES (?1)", small));
        Assert.Equal(1L, await database.ReadAsync(session => session.Scalar("SELECT count(*) FROM filling")));
    }

    [Fact]
    public async Task A_transaction_that_is_lost_fails_its_writes_and_the_next_one_works()
    {
        await using var database = await SqliteDatabase.OpenAsync(File, Numbers);
        using var gate = new ManualResetEventSlim();
        var first = database.WriteAsync(_ => gate.Wait());
        var neighbour = Insert(database, 1);
        var fatal = database.WriteAsync(session => session.Execute("ROLLBACK"));
        gate.Set();

        await Assert.ThrowsAsync<JobStoreException>(() => fatal);
        // Both were in one transaction, or the neighbour was in one before.
        var written = await neighbour.ContinueWith(task => task.IsCompletedSuccessfully, TaskScheduler.Default);
        Assert.Equal(written ? [1L] : [], await All(database));
        await first.ContinueWith(_ => { }, TaskScheduler.Default);
        await Insert(database, 2);
        Assert.Contains(2L, await All(database));
    }

    [Fact]
    public async Task After_the_end_every_call_says_that_the_node_is_stopping()
    {
        var database = await SqliteDatabase.OpenAsync(File, Numbers);
        var last = Insert(database, 1);
        await database.DisposeAsync();

        await last;
        Assert.Contains("stopping", (await Assert.ThrowsAsync<JobStoreException>(() => Insert(database, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("stopping", (await Assert.ThrowsAsync<JobStoreException>(() => All(database))).Message, StringComparison.Ordinal);
        Assert.Equal(["jobs.db"], _directory.GetFiles().Select(file => file.Name));
    }

    private static Task Insert(SqliteDatabase database, long value) => database.WriteAsync(session => session.Execute("INSERT INTO number VALUES (?1)", value));

    private static Task<List<long>> All(SqliteDatabase database) => database.ReadAsync(session => session.Query("SELECT value FROM number ORDER BY value", row => row.GetInt64(0)));
}
