using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fleet.Clients.Server;

/// <summary>A running <c>orchestrator serve</c> with an empty data directory of its own, and its API.</summary>
public sealed class OrchestratorServer : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(100);
    private readonly ChildProcess _process;
    private readonly string _data;

    private OrchestratorServer(ChildProcess process, string socket, string data) =>
        (_process, Api, Socket, _data) = (process, new ServerApi(socket), socket, data);

    /// <summary>Its API.</summary>
    public ServerApi Api { get; }

    /// <summary>The Unix socket of its API.</summary>
    public string Socket { get; }

    /// <summary>The id of its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts <paramref name="program"/> for the VMs of <paramref name="vmDirectory"/> and returns when it answers.</summary>
    /// <exception cref="BenchException">The program is missing, ended, or did not answer within a minute.</exception>
    public static Task<OrchestratorServer> StartAsync(string program, string vmDirectory, FleetDirectory files, CancellationToken cancel) =>
        StartAsync(program, vmDirectory, "", [], files, cancel);

    /// <summary>The same for one of several: the names of its files begin with <paramref name="name"/>, and it gets more arguments.</summary>
    /// <exception cref="BenchException">The program is missing, ended, or did not answer within a minute.</exception>
    public static async Task<OrchestratorServer> StartAsync(
        string program, string vmDirectory, string name, IReadOnlyList<string> more, FleetDirectory files, CancellationToken cancel)
    {
        if (!File.Exists(program))
            throw new BenchException($"{program} does not exist. Build it (./build.sh), name another with --program, or leave it out with --peers c,python");
        var data = files.File($"{name}data");
        var socket = files.File($"{name}api.sock");
        Directory.CreateDirectory(data);
        File.Delete(socket);
        string[] arguments = ["serve", "--vm-dir", vmDirectory, "--data", data, "--listen", $"unix:{socket}", .. more];
        var server = new OrchestratorServer(ChildProcess.Start(program, arguments, files.File($"{name}server.log")), socket, data);
        try
        {
            await server.AnswersAsync(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when so many agents are Ready, or more.</summary>
    /// <exception cref="BenchException">They are not after <paramref name="patience"/>; the message has what they are.</exception>
    public async Task ReadyAsync(int agents, TimeSpan patience, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var states = await Api.AgentStatesAsync(cancel);
            if (states.GetValueOrDefault("Ready") >= agents)
                return;
            if (TimeProvider.System.GetElapsedTime(started) > patience)
                throw new BenchException($"after {patience.TotalSeconds} s the agents are: {string.Join(", ", states.Select(state => $"{state.Value} {state.Key}"))}");
            await Task.Delay(ReadyPoll, TimeProvider.System, cancel);
        }
    }

    /// <summary>Its CPU time and memory now.</summary>
    /// <exception cref="BenchException">It has ended.</exception>
    public ProcessUsage Usage() => ProcessUsage.Of(_process.Id);

    /// <summary>Lets the peak of its memory begin anew.</summary>
    /// <exception cref="BenchException">It has ended.</exception>
    public void ResetPeak() => ProcessUsage.ResetPeak(_process.Id);

    /// <summary>A client of the API with connections of its own, which end when it is disposed.</summary>
    public ServerApi Connect() => new(Socket);

    /// <summary>The last lines of its log.</summary>
    public string LogTail() => _process.LogTail();

    /// <summary>Stops it, which closes every connection to an agent, and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _process.StopAsync(StopGrace);
        Directory.Delete(_data, recursive: true);
    }

    private async Task AnswersAsync(CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await Api.IsLiveAsync(cancel))
        {
            if (_process.HasExited)
                throw new BenchException($"the orchestrator ended: {_process.LogTail()}");
            if (TimeProvider.System.GetElapsedTime(started) > StartPatience)
                throw new BenchException($"the orchestrator did not answer within {StartPatience.TotalSeconds} s: {_process.LogTail()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }
}
