using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>A VM whose QEMU and agent are scripts: well-behaved unless a test replaces an answer.</summary>
internal sealed class FakeVm(string name, Guid uuid) : IAsyncDisposable
{
    private FakeListener? _qmp;
    private FakeListener? _agent;
    private volatile FakeQmpServer? _monitor;
    private volatile FakeAgent? _guest;

    public string Name => name;

    public Guid Uuid => uuid;

    public bool HasAgent { get; init; } = true;

    /// <summary>What QEMU says of itself; without it, it does not know the question.</summary>
    public string? Introspection { get; init; }

    /// <summary>QEMU's RunState.</summary>
    public string RunState { get; set; } = "running";

    /// <summary>Answers of the agent by command, as JSON text; a task that does not end is silence.</summary>
    public ConcurrentDictionary<string, Func<FakeCommand, Task<string>>> AgentAnswers { get; } = new();

    /// <summary>Commands the agent was sent, without synchronizations.</summary>
    public ConcurrentQueue<FakeCommand> AgentCommands { get; } = new();

    public void Start(string directory)
    {
        Directory.CreateDirectory(directory);
        // The agent's socket first: a VM is noticed by its QMP socket.
        if (HasAgent)
            _agent = FakeListener.Start(Path.Combine(directory, "qga.sock"), ServeAgentAsync);
        _qmp = FakeListener.Start(Path.Combine(directory, "qmp.sock"), stream => ServeQmpAsync(stream, Path.Combine(directory, "qga.sock")));
    }

    /// <summary>QEMU tells of an event.</summary>
    public Task HappenAsync(string eventName, string? data = null) => _monitor!.EventAsync(eventName, data);

    /// <summary>The agent sends a line by itself.</summary>
    public Task SayAsync(string line) => _guest!.SendLineAsync(line);

    /// <summary>Whether the node knows all of this VM that there is to know.</summary>
    public bool IsSettled(JsonElement? vm) => vm is { } known
        && known.TryGetProperty("id", out _) && known.TryGetProperty("runState", out _)
        && (!HasAgent || known.TryGetProperty("guest", out _));

    public async ValueTask DisposeAsync()
    {
        // Once: a test may end it before its node does.
        var (qmp, agent) = (_qmp, _agent);
        (_qmp, _agent) = (null, null);
        if (qmp is not null)
            await qmp.DisposeAsync();
        if (agent is not null)
            await agent.DisposeAsync();
    }

    // Lines are read from the stream itself: a script's reads give up after a while, and an idle VM is silent for longer.
    private async Task ServeQmpAsync(Stream stream, string agentPath)
    {
        var server = new FakeQmpServer(stream);
        await server.HandshakeAsync();
        _monitor = server;
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync() is { } line)
        {
            var command = new FakeCommand(line);
            if (QmpAnswer(command, agentPath) is { } value)
                await server.ReturnAsync(command, value);
            else
                await server.ErrorAsync(command.Id, "CommandNotFound", $"The command {command.Name} has not been found");
        }
    }

    private string? QmpAnswer(FakeCommand command, string agentPath) => command.Name switch
    {
        "query-status" => $$"""{"status": "{{RunState}}", "running": {{(RunState == "running" ? "true" : "false")}}, "singlestep": false}""",
        "query-uuid" => $$"""{"UUID": "{{uuid}}"}""",
        "query-name" => $$"""{"name": "{{name}}"}""",
        "query-qmp-schema" => Introspection,
        "query-chardev" when HasAgent => $$"""[{"label": "charqga", "filename": "disconnected:unix:{{agentPath}},server=on", "frontend-open": true}]""",
        "query-chardev" => "[]",
        "qom-list" when HasAgent && command.Arguments.GetProperty("path").GetString() == "/machine/peripheral" => """[{"name": "qga0", "type": "child<virtserialport>"}]""",
        "qom-list" => "[]",
        "qom-get" => command.Arguments.GetProperty("property").GetString() == "chardev" ? "\"charqga\"" : "\"org.qemu.guest_agent.0\"",
        _ => null,
    };

    private async Task ServeAgentAsync(Stream stream)
    {
        var agent = new FakeAgent(stream);
        _guest = agent;
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync() is { } line)
        {
            var command = new FakeCommand(line);
            if (command.Name == "guest-sync-delimited")
            {
                await agent.AnswerSynchronizationAsync(command);
                continue;
            }
            AgentCommands.Enqueue(command);
            if (AgentAnswers.TryGetValue(command.Name, out var answer))
                await AnswerAsync(agent, command, answer);
            else if (AgentAnswer(command) is { } value)
                await agent.ReturnAsync(command, value);
            else
                await agent.ErrorAsync(command, "GenericError", "no such thing here");
        }
    }

    private static async Task AnswerAsync(FakeAgent agent, FakeCommand command, Func<FakeCommand, Task<string>> answer)
    {
        try
        {
            await agent.ReturnAsync(command, await answer(command));
        }
        catch (FakeAgentException refusal)
        {
            await agent.ErrorAsync(command, "GenericError", refusal.Message);
        }
    }

    private static string? AgentAnswer(FakeCommand command) => command.Name switch
    {
        "guest-ping" => "{}",
        "guest-info" => $$"""{"version": "7.2.22", "supported_commands": [{{string.Join(", ", Commands.Select(name => $$"""{"name": "{{name}}", "enabled": true, "success-response": true}"""))}}]}""",
        "guest-get-osinfo" => """{"id": "debian", "name": "Debian GNU/Linux", "pretty-name": "Debian GNU/Linux 12 (bookworm)", "version": "12 (bookworm)", "version-id": "12", "kernel-release": "6.1.0", "kernel-version": "#1 SMP", "machine": "x86_64"}""",
        "guest-get-time" => "1700000000000000000",
        _ => null,
    };

    private static readonly string[] Commands = ["guest-ping", "guest-info", "guest-get-osinfo", "guest-get-time", "guest-get-users", "guest-get-host-name", "guest-exec", "guest-exec-status", "guest-file-open", "guest-file-read", "guest-file-write", "guest-file-flush", "guest-file-seek", "guest-file-close"];
}
