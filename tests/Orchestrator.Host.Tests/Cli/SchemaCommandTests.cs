using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Tests.Docs;
using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Cli;

/// <summary><c>orchestrator schema</c> and <c>ga</c> against a real node that has the example of a user's schema.</summary>
public sealed class SchemaCommandTests : IAsyncLifetime
{
    private ServedNode _node = null!;

    public async Task InitializeAsync() => _node = await ServedNode.StartAsync($"host: node1\nschemas: [{Repository.PathOf("config/schemas")}]\n");

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Command_is_explained() => Assert.Equal(
        """
        command guest-backup-start -> GuestBackupJob, NonIdempotent, since 1.0

        Begins a backup of one volume and does not wait for its end; GUEST_BACKUP_ENDED tells it.

        Returns: the new backup

        Errors: - If a backup of the volume is running, GenericError

        arguments:
          volume  str            name of the volume in the agent's own configuration
          since   int  optional  number of an earlier backup, of which only the differences are stored; everything if absent

        """,
        await ShowAsync("guest-backup-start"));

    [Fact]
    public async Task Event_is_explained() => Assert.Equal(
        """
        event GUEST_BACKUP_ENDED, since 1.0

        A backup came to its end.

        data:
          job    int                 its number
          state  GuestBackupState    done or failed
          size   uint64              bytes stored

        """,
        await ShowAsync("GUEST_BACKUP_ENDED"));

    [Fact]
    public async Task Enum_is_explained() => Assert.Equal(
        """
        enum GuestBackupState, since 1.0

        How a backup is doing.

        values:
          running  it reads the volume
          done     it is complete and was verified
          failed   it ended early; what was stored is of no use

        """,
        await ShowAsync("GuestBackupState"));

    [Fact]
    public async Task Features_and_bytes_are_shown()
    {
        var text = await ShowAsync("guest-exec-status");

        Assert.StartsWith("command guest-exec-status -> GuestExecStatus, ReadOnly, destructive-read, since 2.5\n", text);
        Assert.Contains("  out-data       base64  optional  ", await ShowAsync("GuestExecStatus"));
    }

    [Fact]
    public async Task Union_shows_its_branches()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/v1/schemas/U", """{"name":"U","kind":"union","members":[{"name":"t","type":"T"}],"discriminator":"t","branches":{"a":"A","b":"B"},"documentation":""}""");
        var run = CliRun.Against(server);

        Assert.Equal(0, await run.RunAsync("schema", "U"));
        Assert.Equal("union U\n\nmembers:\n  t  T\n\nmore members by 't':\n  a  A\n  b  B\n", run.Out);
    }

    [Fact]
    public async Task Document_is_the_servers()
    {
        var document = JsonElement.Parse(await ShowAsync("guest-backup-start", "-o", "json"));

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(await _node.Http.GetStringAsync("v1/schemas/guest-backup-start")), document));
        Assert.Contains("returns: GuestBackupJob\n", await ShowAsync("guest-backup-start", "-o", "yaml"));
    }

    [Fact]
    public async Task Without_a_name_all_are_listed()
    {
        var lines = (await ShowAsync()).Split('\n');

        Assert.Equal("KIND     NAME", lines[0]);
        Assert.All(["command  guest-backup-start", "command  guest-ping", "event    GUEST_STARTUP", "type     GuestBackupJob"], line => Assert.Contains(line, lines));
        Assert.Contains("\"events\":[", await ShowAsync("-o", "ndjson"));
    }

    [Fact]
    public async Task Unknown_name_is_the_callers_mistake()
    {
        var run = new CliRun { Server = _node.SocketPath };

        Assert.NotEqual(0, await run.RunAsync("schema", "guest-nothing"));
        Assert.Contains("there is no command, event or type 'guest-nothing'", run.Error);
    }

    [Theory]
    [InlineData("orchestrator schema guest-backup-s", "guest-backup-start")]
    [InlineData("orchestrator schema GUEST_B", "GUEST_BACKUP_ENDED")]
    [InlineData("orchestrator schema GuestBackupJ", "GuestBackupJob")]
    [InlineData("orchestrator ga guest-backup-l", "guest-backup-list")]
    public async Task Names_are_completed(string line, string expected)
    {
        var run = new CliRun { Server = _node.SocketPath, Time = new FakeTimeProvider() };

        Assert.Equal(0, await run.RunAsync($"[suggest:{line.Length}]", line));
        Assert.Equal([expected], run.OutLines);
    }

    [Fact]
    public async Task Arguments_of_the_users_command_are_read_by_their_types()
    {
        var vm = new FakeVm("db1", Guid.NewGuid());
        vm.AgentAnswers["guest-info"] = _ => Task.FromResult("""{"version": "1.0", "supported_commands": [{"name": "guest-backup-start", "enabled": true, "success-response": true}, {"name": "guest-get-osinfo", "enabled": true, "success-response": true}]}""");
        vm.AgentAnswers["guest-backup-start"] = _ => Task.FromResult("""{"job": 8, "state": "running", "size": 0}""");
        await _node.AddAsync(vm);
        var run = new CliRun { Server = _node.SocketPath };

        Assert.Equal(0, await run.RunAsync("ga", "-t", "db1", "guest-backup-start", "volume=42", "since=7", "-o", "ndjson"));
        Assert.Equal("""{"volume":"42","since":7}""", vm.AgentCommands.Single(command => command.Name == "guest-backup-start").Arguments.GetRawText());
        Assert.Contains("\"job\":8", run.Out);
    }

    private async Task<string> ShowAsync(params string[] arguments)
    {
        var run = new CliRun { Server = _node.SocketPath };
        Assert.Equal(0, await run.RunAsync(["schema", .. arguments]));
        Assert.Equal("", run.Error);
        return run.Out;
    }
}
