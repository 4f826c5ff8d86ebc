using System.Text.Json;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary><c>orchestrator serve</c> in a process of its own, on sockets and data of its own. Disposing ends it and removes them.</summary>
internal sealed class OrchestratorServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromMinutes(1);

    private readonly Func<ChildProcess> _start;
    private readonly bool _ownsDirectory;

    private OrchestratorServer(Func<ChildProcess> start, string directory, bool ownsDirectory)
    {
        _start = start;
        _ownsDirectory = ownsDirectory;
        Process = start();
        Directory = directory;
        Api = new ApiClient(SocketPath);
    }

    /// <summary>The server's process.</summary>
    public ChildProcess Process { get; private set; }

    /// <summary>Holds its socket and its data.</summary>
    public string Directory { get; }

    public string SocketPath => Path.Combine(Directory, "api.sock");

    public string DataPath => Path.Combine(Directory, "data");

    public ApiClient Api { get; }

    /// <summary>Starts a server and returns when it has read its sources of VMs.</summary>
    /// <param name="arguments">Besides <c>--listen</c> and <c>--data</c>, such as <c>--vm-dir</c>.</param>
    public static Task<OrchestratorServer> StartAsync(params string[] arguments) => StartWithAsync([], arguments);

    /// <summary>The same with environment variables of its own, each <c>NAME=value</c>.</summary>
    public static async Task<OrchestratorServer> StartWithAsync(IEnumerable<string> environment, params string[] arguments)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("orc-srv-").FullName;
        string[] serve = ["serve", "--listen", $"unix:{directory}/api.sock", "--data", $"{directory}/data", .. arguments];
        var server = new OrchestratorServer(() => OrchestratorProgram.StartWith(environment, serve), directory, ownsDirectory: true);
        try
        {
            await server.ServesAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server in a directory that somebody else removes, and does not wait for it: <see cref="ServesAsync"/> does.</summary>
    /// <param name="directory">Where it listens, on <c>api.sock</c>.</param>
    /// <param name="start">Starts the process, now and after each end.</param>
    public static OrchestratorServer Launch(string directory, Func<ChildProcess> start) => new(start, directory, ownsDirectory: false);

    /// <summary>Waits until the server has read its sources of VMs.</summary>
    public async Task ServesAsync()
    {
        try
        {
            await Eventually.TrueAsync(IsReadyAsync, StartLimit, "the server is ready");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} Its log: {Process.Output}", late);
        }
    }

    /// <summary>Kills the server, as <c>kill -9</c> does.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Asks the server to end, as <c>kill</c> does, and waits until it has ended well.</summary>
    public async Task StopAsync()
    {
        Process.Send(Signal.Terminate);
        await Process.ExitedAsync(StopLimit);
        Assert.True(Process.ExitCode == 0, $"The server ended with exit code {Process.ExitCode}: {Process.Output}");
    }

    /// <summary>Starts a server that has ended again, on the same sockets and data.</summary>
    public async Task RestartAsync()
    {
        await Process.DisposeAsync();
        Process = _start();
        await ServesAsync();
    }

    /// <summary>Kills the server, as <c>kill -9</c> does, and starts it again on the same sockets and data.</summary>
    public async Task KillAndRestartAsync()
    {
        await KillAsync();
        await RestartAsync();
    }

    /// <summary>Runs the client against this server.</summary>
    public Task<ProgramRun> CliAsync(params IEnumerable<string> arguments) => OrchestratorProgram.RunAsync([.. arguments, "--server", $"unix:{SocketPath}"]);

    /// <summary>Starts a client that goes on until it is told to end, such as a watch.</summary>
    public ChildProcess StartCli(params IEnumerable<string> arguments) => OrchestratorProgram.Start([.. arguments, "--server", $"unix:{SocketPath}"]);

    /// <summary>Awaits a VM that looks as asked for, and returns it.</summary>
    public async Task<JsonElement> VmAsync(string name, Func<JsonElement, bool> condition, string what)
    {
        var last = default(JsonElement);
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    Process.ThrowIfExited();
                    var answer = await Api.GetAsync($"/v1/vms/{name}");
                    last = answer.Body;
                    return answer.Status == System.Net.HttpStatusCode.OK && condition(answer.Body);
                },
                ChangeLimit,
                $"{name} {what}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It is: {last}. The server's log: {Process.Output}", late);
        }
        return last;
    }

    /// <summary>Awaits a VM with an agent that takes commands, and whose identity is known.</summary>
    public Task<JsonElement> ReadyAsync(string name) => VmAsync(name, IsReady, "is ready");

    public static bool IsReady(JsonElement vm) =>
        vm.Is("state", "Running") && vm.Is("agent", "Ready") && vm.TryGetProperty("guest", out _) && vm.TryGetProperty("id", out _);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Process.DisposeAsync();
        if (_ownsDirectory)
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        Process.ThrowIfExited();
        return File.Exists(SocketPath) && await Api.IsReadyAsync();
    }
}
