using System.Text;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Tests.Qapi;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>Events that an agent sends by itself: those of a user's schema are heard, everything else is dropped and counted.</summary>
public class AgentSessionEventTests
{
    private static readonly AgentSessionOptions Options = new()
    {
        Guest = SchemaFolder.Load(
            """
            { 'enum': 'State', 'data': [ 'done', 'failed' ] }
            { 'event': 'GUEST_JOB_ENDED', 'data': { 'job': 'uint8', '*state': 'State' } }
            { 'event': 'GUEST_IDLE' }
            """),
    };

    [Theory]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": {"job": 7}}""", "GUEST_JOB_ENDED", """{"job":7}""")]
    [InlineData("""{"data": {"state": "done", "extra": [1], "job": 7}, "timestamp": {"seconds": 1}, "event": "GUEST_JOB_ENDED"}""", "GUEST_JOB_ENDED", """{"state":"done","job":7}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": {"job": 7, "state": "new"}, "id": 5}""", "GUEST_JOB_ENDED", """{"job":7,"state":"new"}""")]
    [InlineData("""{"event": "GUEST_IDLE"}""", "GUEST_IDLE", "{}")]
    [InlineData("""{"event": "\u0047UEST_IDLE", "data": {"since": 3}}""", "GUEST_IDLE", "{}")]
    public async Task Event_of_a_users_schema_is_heard_with_its_data_written_anew(string message, string name, string data)
    {
        await using var test = await AgentTest.ReadyAsync(Options);
        var dropped = test.Session.DroppedFrames;

        await test.Agent.SendLineAsync(message);
        await test.AssertUsableAsync();

        var happened = Assert.Single(test.Events);
        Assert.Equal((name, data), (happened.Name, Encoding.UTF8.GetString(happened.Data.Span)));
        Assert.Equal(dropped, test.Session.DroppedFrames);
    }

    [Theory]
    [InlineData("""{"event": "GUEST_STARTUP", "data": {"os-type": "linux", "os-version": "1", "agent-version": "1"}}""")]
    [InlineData("""{"event": "SHUTDOWN", "data": {"guest": true}}""")]
    [InlineData("""{"event": "GUEST_NEVER_HEARD_OF"}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED"}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": {"job": 256}}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": {"job": 1, "job": 1}}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": {"job": 1}, "data": {"job": 2}}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": [7]}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": null}""")]
    [InlineData("""{"event": "GUEST_IDLE", "data": {"x": "\ud800"}}""")]
    [InlineData("""{"event": {"GUEST_IDLE": 1}}""")]
    [InlineData("""{"event": null}""")]
    [InlineData("""{"event": "GUEST_\ud800"}""")]
    [InlineData("""{"event": "GUEST_IDLE", "return": {}}""")]
    [InlineData("""{"event": "GUEST_IDLE"} {}""")]
    public async Task Anything_else_is_dropped_and_counted(string message)
    {
        await using var test = await AgentTest.ReadyAsync(Options);
        var dropped = test.Session.DroppedFrames;

        await test.Agent.SendLineAsync(message);
        await test.AssertUsableAsync();

        Assert.Empty(test.Events);
        Assert.Equal(dropped + 1, test.Session.DroppedFrames);
    }

    [Fact]
    public async Task Event_while_a_command_is_outstanding_is_not_its_answer()
    {
        await using var test = await AgentTest.ReadyAsync(Options);
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendLineAsync("""{"event": "GUEST_IDLE"}""");
        await test.Agent.ReturnAsync(command, """{"host-name": "h"}""");

        Assert.Equal("""{"host-name":"h"}""", AgentTest.ValueOf(await result));
        Assert.Single(test.Events);
    }

    [Fact]
    public async Task Event_of_an_agent_that_is_not_synchronized_does_not_count()
    {
        await using var test = new AgentTest(Options);

        await test.Agent.SendLineAsync("""{"event": "GUEST_IDLE"}""");
        await test.AssertUsableAsync();

        Assert.Empty(test.Events);
    }

    [Fact]
    public async Task Long_event_is_dropped_also_while_a_long_answer_is_awaited()
    {
        await using var test = await AgentTest.ReadyAsync(Options);
        var dropped = test.Session.DroppedFrames;
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendLineAsync($$$"""{"event": "GUEST_IDLE", "data": {"x": "{{{new string('x', 65_536)}}}"}}""");
        await test.Agent.ReturnAsync(command, """{"host-name": "h"}""");

        AgentTest.ValueOf(await result);
        Assert.Empty(test.Events);
        Assert.Equal(dropped + 1, test.Session.DroppedFrames);
    }

    [Fact]
    public async Task Event_that_is_not_wanted_counts_as_dropped()
    {
        await using var test = await AgentTest.ReadyAsync(Options);
        var dropped = test.Session.DroppedFrames;
        test.WantsEvents = false;

        await test.Agent.SendLineAsync("""{"event": "GUEST_IDLE"}""");
        await test.AssertUsableAsync();

        Assert.Single(test.Events);
        Assert.Equal(dropped + 1, test.Session.DroppedFrames);
    }

    [Fact]
    public async Task Event_in_pieces_is_heard_whole()
    {
        await using var test = await AgentTest.ReadyAsync(Options);
        test.Agent.MaxWriteBytes = 1;

        await test.Agent.SendLineAsync("""{"event": "GUEST_JOB_ENDED", "data": {"job": 7}}""");
        await test.AssertUsableAsync();

        Assert.Equal("GUEST_JOB_ENDED", Assert.Single(test.Events).Name);
    }
}
