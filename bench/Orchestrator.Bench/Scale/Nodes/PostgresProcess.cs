using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>A PostgreSQL of the benchmark's own in a temporary directory, with its default settings, on a Unix socket there. Root starts it as the user <c>postgres</c>: it refuses root. Disposing ends it and removes its data.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private const string Package = "postgresql";
    private const string User = "postgres";
    private const string Versions = "/usr/lib/postgresql";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private readonly string _directory;
    private readonly string _log;
    private ChildProcess? _process;

    private PostgresProcess(string directory, string log) => (_directory, _log) = (directory, log);

    /// <summary>For <c>store:</c> of a node.</summary>
    public string Address => $"Host={_directory};Username={User};Database=postgres";

    /// <summary>Starts an empty one; it answers when this returns.</summary>
    /// <param name="log">Gets its output.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BenchException">It is not installed, or does not start.</exception>
    public static async Task<PostgresProcess> StartAsync(string log, CancellationToken cancel)
    {
        var programs = FindPrograms();
        var postgres = new PostgresProcess(Directory.CreateTempSubdirectory("ob-pg-").FullName, log);
        try
        {
            if (Environment.IsPrivilegedProcess)
                await postgres.RunAsync(Executable.Find("chown", "coreutils"), [User, postgres._directory], cancel);
            var (program, arguments) = postgres.As(programs, "initdb", ["-D", postgres.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
            await postgres.RunAsync(program, arguments, cancel);
            (program, arguments) = postgres.As(programs, "postgres", ["-D", postgres.Data, "-k", postgres._directory, "-c", "listen_addresses="]);
            postgres._process = ChildProcess.Start(program, arguments, log);
            await postgres.AnswersAsync(programs, cancel);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.StopAsync(Patience);
        Directory.Delete(_directory, recursive: true);
    }

    private string Data => Path.Combine(_directory, "data");

    private async Task AnswersAsync(string programs, CancellationToken cancel)
    {
        var (program, arguments) = As(programs, "pg_isready", ["-h", _directory, "-U", User, "-q"]);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var asked = ChildProcess.Start(program, arguments, _log);
            if (await asked.WaitAsync(Patience, cancel) == 0)
                return;
            if (_process!.HasExited || TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"PostgreSQL does not answer: {_process.LogTail()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }

    private async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        await using var process = ChildProcess.Start(program, arguments, _log);
        if (await process.WaitAsync(Patience, cancel) is not 0)
            throw new BenchException($"{program} failed: {process.LogTail()}");
    }

    /// <summary>Debian keeps each version's programs apart and out of PATH.</summary>
    private static string FindPrograms()
    {
        var newest = Directory.Exists(Versions) ? Directory.GetDirectories(Versions).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order().LastOrDefault() : null;
        return newest ?? Path.GetDirectoryName(Executable.Find("initdb", Package))!;
    }

    private (string Program, IReadOnlyList<string> Arguments) As(string programs, string name, IReadOnlyList<string> arguments)
    {
        var program = Path.Combine(programs, name);
        return Environment.IsPrivilegedProcess
            ? (Executable.Find("setpriv", "util-linux"), [$"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments])
            : (program, arguments);
    }
}
