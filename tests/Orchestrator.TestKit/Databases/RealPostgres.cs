using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Databases;

/// <summary>A real PostgreSQL of its own, in a temporary directory, on a Unix socket alone. Root starts it as the user <c>postgres</c>: it refuses root.</summary>
public sealed class RealPostgres : IAsyncDisposable
{
    private const string Package = "postgresql";
    private const string User = "postgres";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly string _directory;
    private readonly string _programs;
    private ChildProcess? _process;

    private RealPostgres(string directory, string programs) => (_directory, _programs) = (directory, programs);

    /// <summary>For Npgsql; add a <c>Search Path</c> to have tables of one's own.</summary>
    public string ConnectionString => $"Host={_directory};Username={User};Database=postgres;Timeout=5";

    /// <summary>Makes the cluster, starts it, and returns when it answers.</summary>
    /// <exception cref="FileNotFoundException">PostgreSQL is not installed; the message has the command that installs it.</exception>
    public static async Task<RealPostgres> StartAsync()
    {
        var postgres = new RealPostgres(Directory.CreateTempSubdirectory("orc-pg-").FullName, FindPrograms());
        try
        {
            if (Environment.IsPrivilegedProcess)
                await ChildProcess.RunAsync(RequiredTool.Find("chown", "coreutils"), [User, postgres._directory], Limit);
            var (program, arguments) = postgres.Command("initdb", ["-D", postgres.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
            await ChildProcess.RunAsync(program, arguments, Limit);
            await postgres.ResumeAsync();
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, and returns when it answers.</summary>
    public async Task ResumeAsync()
    {
        var (program, arguments) = Command("postgres", ["-D", Data, "-k", _directory, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0777"]);
        var process = _process = ChildProcess.Start(program, arguments);
        var (ready, question) = Command("pg_isready", ["-h", _directory, "-U", User, "-q"]);
        await Eventually.TrueAsync(
            async () =>
            {
                process.ThrowIfExited();
                await using var asked = ChildProcess.Start(ready, question);
                await asked.ExitedAsync(Limit);
                return asked.ExitCode == 0;
            },
            Limit,
            "PostgreSQL answers");
    }

    /// <summary>Stops it, whoever is connected.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        if (!process.HasExited)
            process.Send(Signal.Interrupt);
        await process.ExitedAsync(Limit);
        await process.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Debian keeps each version's programs apart and out of PATH.</summary>
    private static string FindPrograms()
    {
        const string versions = "/usr/lib/postgresql";
        var newest = Directory.Exists(versions) ? Directory.GetDirectories(versions).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order().LastOrDefault() : null;
        return newest ?? Path.GetDirectoryName(RequiredTool.Find("initdb", Package))!;
    }

    private (string Program, string[] Arguments) Command(string name, string[] arguments)
    {
        var program = Path.Combine(_programs, name);
        return Environment.IsPrivilegedProcess
            ? (RequiredTool.Find("setpriv", "util-linux"), [$"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments])
            : (program, arguments);
    }
}
