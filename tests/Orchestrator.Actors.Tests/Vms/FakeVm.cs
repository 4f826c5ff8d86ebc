using System.Collections.Concurrent;
using System.Text;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A QEMU and an agent on Unix sockets: well-behaved, except where a test changes or holds an answer.</summary>
internal sealed class FakeVm : IAsyncDisposable
{
    public const string Uuid = "6f1d8a52-93f4-4c0b-8a1e-0123456789ab";

    private readonly SocketDirectory _directory = new();
    private bool _isAgentStopped;
    private bool _isDisposed;

    public FakeVm()
    {
        Qmp = new PeerSocket<FakeQmpServer>(QmpPath, stream => new FakeQmpServer(stream), async (qmp, command) =>
        {
            if ((Chance ?? AnswerTo)(command) is not { } answer)
                return false;
            await (answer.StartsWith('!') ? qmp.ErrorAsync(command.Id, answer[1..], "refused") : qmp.ReturnAsync(command, answer));
            return true;
        });
        Agent = new PeerSocket<FakeAgent>(AgentPath, stream => new FakeAgent(stream), async (agent, command) =>
        {
            if ((Chance ?? AnswerTo)(command) is not { } answer)
                return false;
            if (command.Name == "guest-sync-delimited")
                await agent.AnswerSynchronizationAsync(command);
            else
                await (answer.StartsWith('!') ? agent.ErrorAsync(command, answer[1..], "refused") : agent.ReturnAsync(command, answer));
            return true;
        });
    }

    public PeerSocket<FakeQmpServer> Qmp { get; }

    public PeerSocket<FakeAgent> Agent { get; }

    public string QmpPath => _directory.File("qmp");

    public string AgentPath => _directory.File("agent");

    public VmSpec Spec => new() { Name = "web1", Qmp = new Endpoint.Unix(QmpPath), Agent = new Endpoint.Unix(AgentPath) };

    /// <summary>
    /// Return values by command, or by command and arguments; a leading <c>!</c> makes an error of that class. What has no answer is left to
    /// the test.
    /// </summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(new Dictionary<string, string>
    {
        ["query-status"] = """{"status": "running", "running": true}""",
        ["query-uuid"] = $$"""{"UUID": "{{Uuid}}"}""",
        ["query-name"] = """{"name": "Web One"}""",
        ["query-chardev"] = Chardevs(open: true),
        ["qom-list /machine/peripheral"] = """[{"name": "disk0", "type": "child<virtio-blk-pci>"}, {"name": "port7", "type": "child<virtserialport>"}]""",
        ["qom-list /machine/peripheral-anon"] = "[]",
        ["qom-get /machine/peripheral/port7 chardev"] = "\"agent\"",
        ["qom-get /machine/peripheral/port7 name"] = "\"org.qemu.guest_agent.0\"",
        ["query-qmp-schema"] = "!CommandNotFound",
        ["guest-sync-delimited"] = "",
        ["guest-info"] = """
            {"version": "7.2.22", "supported_commands": [
            {"name": "guest-ping", "enabled": true, "success-response": true}, {"name": "guest-get-time", "enabled": true, "success-response": true},
            {"name": "guest-get-osinfo", "enabled": true, "success-response": true}, {"name": "guest-exec", "enabled": true, "success-response": true},
            {"name": "guest-exec-status", "enabled": true, "success-response": true}, {"name": "guest-shutdown", "enabled": true, "success-response": false},
            {"name": "guest-file-open", "enabled": true, "success-response": true}, {"name": "guest-file-read", "enabled": true, "success-response": true},
            {"name": "guest-file-write", "enabled": true, "success-response": true}, {"name": "guest-file-flush", "enabled": true, "success-response": true},
            {"name": "guest-file-close", "enabled": true, "success-response": true}, {"name": "guest-get-users", "enabled": false, "success-response": true}]}
            """.ReplaceLineEndings(""),
        ["guest-get-osinfo"] = """{"id": "debian", "pretty-name": "Debian GNU/Linux 12", "version-id": "12"}""",
        ["guest-ping"] = "{}",
    });

    public static string Chardevs(bool open) =>
        $$"""[{"label": "mon", "filename": "unix:/vm/qmp,server=on", "frontend-open": true}, {"label": "agent", "filename": "disconnected:unix:/vm/agent,server=on", "frontend-open": {{(open ? "true" : "false")}}}]""";

    /// <summary>Decides on answers in the place of <see cref="Answers"/>, which <see cref="AnswerTo"/> gives it.</summary>
    public Func<FakeCommand, string?>? Chance { get; set; }

    /// <summary>Gives the agent's port no <c>id=</c>: QEMU then sends no events of it. The agent tells which process it is.</summary>
    public void HasSilentPort(int agentPid = 100)
    {
        Answers["qom-list /machine/peripheral"] = "[]";
        Answers["qom-list /machine/peripheral-anon"] = """[{"name": "device[3]", "type": "child<virtserialport>"}]""";
        Answers["qom-get /machine/peripheral-anon/device[3] chardev"] = "\"agent\"";
        Answers["qom-get /machine/peripheral-anon/device[3] name"] = "\"org.qemu.guest_agent.0\"";
        TellsProcess(agentPid);
    }

    /// <summary>Lets the agent answer the question which process it is.</summary>
    public void TellsProcess(int agentPid = 100)
    {
        Answers["guest-file-open"] = "1000";
        Answers["guest-file-close"] = "{}";
        BecomesProcess(agentPid);
    }

    /// <summary>What the agent's <c>/proc/self/stat</c> says from now on.</summary>
    public void BecomesProcess(int agentPid)
    {
        var stat = Encoding.ASCII.GetBytes($"{agentPid} (qemu-ga) S 1 1 1 0 -1 4194560 600 0 0 0 1 2 0 0 20 0 1 0 {agentPid}77 5000 300");
        Answers["guest-file-read"] = $$"""{"count": {{stat.Length}}, "buf-b64": "{{Convert.ToBase64String(stat)}}", "eof": true}""";
    }

    /// <summary>Leaves a command's next calls to the test.</summary>
    public void Hold(string command) => Answers.TryRemove(command, out _);

    /// <summary>Takes the agent's socket away for good.</summary>
    public async Task StopAgentAsync()
    {
        _isAgentStopped = true;
        await Agent.DisposeAsync();
    }

    /// <summary>Ends both peers, as the end of QEMU does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await Qmp.DisposeAsync();
        if (!_isAgentStopped)
            await Agent.DisposeAsync();
        _directory.Dispose();
    }

    public string? AnswerTo(FakeCommand command)
    {
        var (path, property) = (Text(command, "path"), Text(command, "property"));
        var key = string.Join(' ', new[] { command.Name, path, property }.Where(part => part is not null));
        return Answers.TryGetValue(key, out var answer) ? answer : null;
    }

    private static string? Text(FakeCommand command, string member) =>
        command.Name.StartsWith("qom-", StringComparison.Ordinal) && command.Arguments.TryGetProperty(member, out var value) ? value.GetString() : null;
}
