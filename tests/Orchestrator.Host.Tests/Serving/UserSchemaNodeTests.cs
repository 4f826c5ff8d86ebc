using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Docs;
using Orchestrator.Host.Tests.Endpoints;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>A node with <c>config/schemas</c>, the example that users copy, and a VM whose agent is the one described there.</summary>
public sealed class UserSchemaNodeTests : IAsyncLifetime
{
    private const string Started = """{"job": 7, "state": "running", "size": 18446744073709551615, "unknown": true}""";

    private readonly FakeVm _vm = new("db1", Guid.NewGuid());
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private ServedNode _node = null!;

    public async Task InitializeAsync()
    {
        _vm.AgentAnswers["guest-info"] = _ => Task.FromResult(
            """{"version": "1.0", "supported_commands": [{"name": "guest-info", "enabled": true, "success-response": true}, {"name": "guest-get-osinfo", "enabled": true, "success-response": true}, {"name": "guest-backup-start", "enabled": true, "success-response": true}]}""");
        _vm.AgentAnswers["guest-backup-start"] = _ => Task.FromResult(Started);
        _node = await ServedNode.StartAsync($"host: node1\nschemas: [{Repository.PathOf("config/schemas")}]\n");
        await _node.AddAsync(_vm);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Command_of_the_user_is_checked_sent_and_its_answer_checked()
    {
        var (status, outcome) = await PostAsync("v1/vms/db1/agent/guest-backup-start", """{"volume": "data"}""");

        Assert.Equal((HttpStatusCode.OK, "Succeeded"), (status, outcome.GetProperty("phase").GetString()));
        Assert.Equal("""{"job":7,"state":"running","size":18446744073709551615}""", outcome.GetProperty("result").GetRawText());
        Assert.Equal("""{"volume":"data"}""", _vm.AgentCommands.Single(command => command.Name == "guest-backup-start").Arguments.GetRawText());
    }

    [Fact]
    public async Task Job_of_the_user_runs_as_any()
    {
        var (status, job) = await PostAsync("v1/jobs", """{"target": "*", "command": "guest-backup-start", "arguments": {"volume": "data"}}""", prefer: "wait=30");

        Assert.Equal((HttpStatusCode.OK, "Succeeded"), (status, job.GetProperty("phase").GetString()));
    }

    [Theory]
    [InlineData("v1/jobs", """{"target": "*", "command": "guest-backup-start", "arguments": {}}""")]
    [InlineData("v1/vms/db1/agent/guest-backup-start", """{"volume": "data", "since": "yesterday"}""")]
    public async Task Wrong_arguments_never_leave_the_node(string path, string body)
    {
        var (status, problem) = await PostAsync(path, body);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid-arguments"), (status, problem.GetProperty("code").GetString()));
        Assert.DoesNotContain(_vm.AgentCommands, command => command.Name == "guest-backup-start");
    }

    [Fact]
    public async Task Answer_that_breaks_the_users_schema_is_a_violation()
    {
        _vm.AgentAnswers["guest-backup-start"] = _ => Task.FromResult("""{"job": 7, "state": "running", "size": -1}""");

        var (_, outcome) = await PostAsync("v1/vms/db1/agent/guest-backup-start", """{"volume": "data"}""");

        Assert.Equal(("Failed", "GuestProtocolViolation"), (outcome.GetProperty("phase").GetString(), outcome.GetProperty("reason").GetString()));
        Assert.Contains("return.size", outcome.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Command_that_this_agent_lacks_is_not_sent()
    {
        var (_, outcome) = await PostAsync("v1/vms/db1/agent/guest-backup-list");

        Assert.Equal("Unsupported", outcome.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Schemas_show_what_the_user_added()
    {
        var names = await _node.Http.GetStringAsync("v1/schemas");
        var command = JsonElement.Parse(await _node.Http.GetStringAsync("v1/schemas/guest-backup-start"));
        var happening = JsonElement.Parse(await _node.Http.GetStringAsync("v1/schemas/GUEST_BACKUP_ENDED"));

        Assert.All(["guest-backup-start", "guest-backup-list", "GUEST_BACKUP_ENDED", "GuestBackupJob", "guest-ping"], name => Assert.Contains($"\"{name}\"", names));
        Assert.Equal(["volume", "since"], command.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetProperty("name").GetString()!));
        Assert.Contains("Errors: - If a backup of the volume is running", command.GetProperty("documentation").GetString());
        Assert.Equal(["job", "state", "size"], happening.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("name").GetString()!));
    }

    [Fact]
    public async Task Event_of_the_users_agent_is_a_claim_in_the_stream()
    {
        using var answer = await _node.Http.GetAsync("v1/events?type=GUEST_BACKUP_*", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        await _vm.SayAsync("""{"event": "GUEST_BACKUP_ENDED", "data": {"job": "7"}}""");
        await _vm.SayAsync("""{"event": "GUEST_BACKUP_ENDED", "data": {"job": 7, "state": "done", "size": 52428800, "timestamp": 1}}""");

        var happened = JsonElement.Parse((await reader.ReadLineAsync())!);
        Assert.Equal(("io.orchestrator.guest.GUEST_BACKUP_ENDED", "guest", "db1"), (happened.GetProperty("type").GetString(), happened.GetProperty("provenance").GetString(), happened.GetProperty("subject").GetString()));
        Assert.Equal("""{"job":7,"state":"done","size":52428800}""", happened.GetProperty("data").GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Qmp_clients_have_the_users_commands_and_events()
    {
        var vm = JsonElement.Parse(await _node.Http.GetStringAsync("v1/vms/db1"));
        await using var client = await QmpPeer.ConnectAsync(vm.GetProperty("qmpSocket").GetString()!);
        await client.NegotiateAsync();

        var job = await client.AskAsync("""{"execute":"guest-backup-start","arguments":{"volume":"data"}}""");
        await _vm.SayAsync("""{"event": "GUEST_BACKUP_ENDED", "data": {"job": 7, "state": "done", "size": 52428800}}""");

        Assert.Equal("""{"job":7,"state":"running","size":18446744073709551615}""", job.GetProperty("return").GetRawText());
        Assert.Contains("\"event\": \"GUEST_BACKUP_ENDED\", \"data\": {\"job\":7,", await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("{ 'command': 'backup-start' }", ":1:14: expected a name that starts with 'guest-', found 'backup-start'")]
    [InlineData("{ 'command': 'guest-ping' }", ":1:14: expected a name that is not defined yet")]
    [InlineData("##\n# @guest-a:\n##\n{ 'command': 'guest-a', 'returns': 'Nothing' }", ":4:36: expected a type that the schema defines, found 'Nothing'")]
    [InlineData("{", ":1:2: expected")]
    public async Task Node_does_not_start_with_a_broken_schema(string text, string expected)
    {
        var file = Path.Combine(_directory.FullName, "schemas", "mine.json");
        _directory.CreateSubdirectory("schemas");
        await File.WriteAllTextAsync(file, text);

        Assert.StartsWith(file + expected, await RefusalAsync("schemas: [schemas]\n"));
        Assert.StartsWith(file + expected, await RefusalAsync("schemas: [schemas/mine.json]\n"));
    }

    [Theory]
    [InlineData("schemas: [nowhere]\n", "nowhere, which is neither a file nor a directory")]
    [InlineData("schemas: ['']\n", "each of 'schemas' is a path")]
    [InlineData("schemas:\n-\n", "each of 'schemas' is a path")]
    public async Task Node_does_not_start_without_the_schemas_it_was_told_of(string config, string expected) => Assert.Contains(expected, await RefusalAsync(config));

    private async Task<string> RefusalAsync(string config)
    {
        var path = Path.Combine(_directory.FullName, "orchestrator.yaml");
        await File.WriteAllTextAsync(path, config);
        var options = new ServeOptions { Config = path, Data = Path.Combine(_directory.FullName, "data"), Listen = [Path.Combine(_directory.FullName, "s")] };
        var refused = await Assert.ThrowsAsync<ServeException>(() => Server.RunAsync(options, CancellationToken.None));
        Assert.False(Directory.Exists(options.Data), "nothing is begun before the schemas are known to be right");
        return refused.Message;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string? body = null, string? prefer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        using var answer = await _node.Http.SendAsync(request);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }
}
