using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Databases;

/// <summary>
/// A real PostgreSQL of its own, on a Unix socket in its directory, and on a lab's host on TCP too, where the lab's subnet is trusted. Root starts
/// it as the user <c>postgres</c>: it refuses root.
/// </summary>
public sealed class RealPostgres : IAsyncDisposable
{
    private const string Package = "postgresql";
    private const string User = "postgres";
    private const int Port = 5432;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly string _directory;
    private readonly string _programs;
    private readonly LabHost? _host;
    private ChildProcess? _process;

    private RealPostgres(string directory, string programs, LabHost? host) => (_directory, _programs, _host) = (directory, programs, host);

    /// <summary>For Npgsql; add a <c>Search Path</c> to have tables of one's own.</summary>
    public string ConnectionString => $"Host={_directory};Username={User};Database=postgres;Timeout=5";

    /// <summary>How programs on the hosts of its lab reach it: <c>postgres://…</c>.</summary>
    /// <exception cref="InvalidOperationException">It is on no host.</exception>
    public string Address => _host is { } host ? $"postgres://{User}@{host.Address}:{Port}/postgres" : throw new InvalidOperationException("This PostgreSQL is on no host of a lab: use ConnectionString.");

    /// <summary>Makes the cluster in a temporary directory, starts it on a Unix socket alone, and returns when it answers.</summary>
    /// <exception cref="FileNotFoundException">PostgreSQL is not installed; the message has the command that installs it.</exception>
    public static Task<RealPostgres> StartAsync() => StartAsync(Directory.CreateTempSubdirectory("orc-pg-").FullName, null, null);

    /// <summary>Starts one on a host of a lab.</summary>
    /// <exception cref="FileNotFoundException">PostgreSQL is not installed; the message has the command that installs it.</exception>
    public static Task<RealPostgres> StartAsync(NetworkLab lab, LabHost host) => StartAsync(host.Directory, host, lab.Subnet);

    /// <summary>Starts it again after <see cref="StopAsync"/>, and returns when it answers.</summary>
    public async Task ResumeAsync()
    {
        var (program, arguments) = Command("postgres", ["-D", Data, "-k", _directory, "-p", $"{Port}", "-c", $"listen_addresses={_host?.Address}", "-c", "unix_socket_permissions=0777"]);
        var process = _process = ChildProcess.StartWith(_host?.Launcher ?? [], program, arguments);
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
    public Task StopAsync() => EndAsync(Signal.Interrupt);

    /// <summary>Ends it as a crash does: it recovers in <see cref="ResumeAsync"/>.</summary>
    public Task CrashAsync() => EndAsync(Signal.Quit);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private string Data => Path.Combine(_directory, "data");

    private static async Task<RealPostgres> StartAsync(string directory, LabHost? host, string? trusted)
    {
        var postgres = new RealPostgres(directory, FindPrograms(), host);
        try
        {
            if (Environment.IsPrivilegedProcess)
                await ChildProcess.RunAsync(RequiredTool.Find("chown", "coreutils"), [User, postgres._directory], Limit);
            var (program, arguments) = postgres.Command("initdb", ["-D", postgres.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
            await ChildProcess.RunAsync(program, arguments, Limit);
            if (trusted is not null)
                await File.AppendAllTextAsync(Path.Combine(postgres.Data, "pg_hba.conf"), $"host all all {trusted} trust\n");
            await postgres.ResumeAsync();
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    private async Task EndAsync(Signal signal)
    {
        if (_process is not { } process)
            return;
        _process = null;
        if (!process.HasExited)
            process.Send(signal);
        await process.ExitedAsync(Limit);
        await process.DisposeAsync();
    }

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
