using System.Text.Json;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary><c>orchestrator serve</c> in a process of its own, on sockets and data of its own. Disposing ends it and removes them.</summary>
internal sealed class OrchestratorServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromMinutes(1);

    private readonly Func<ChildProcess> _start;

    private OrchestratorServer(Func<ChildProcess> start, string directory)
    {
        _start = start;
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
        var server = new OrchestratorServer(() => OrchestratorProgram.StartWith(environment, serve), directory);
        try
        {
            await Eventually.TrueAsync(server.IsReadyAsync, StartLimit, "the server is ready");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the server, as <c>kill -9</c> does, and starts it again on the same sockets and data.</summary>
    public async Task KillAndRestartAsync()
    {
        await Process.KillAsync();
        await Process.DisposeAsync();
        Process = _start();
        await Eventually.TrueAsync(IsReadyAsync, StartLimit, "the server is ready again");
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
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        Process.ThrowIfExited();
        return File.Exists(SocketPath) && await Api.IsReadyAsync();
    }
}
