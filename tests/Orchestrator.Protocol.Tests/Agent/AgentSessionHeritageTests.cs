using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>A guest that was migrated with a command outstanding: the source's session, and the heir at the destination.</summary>
public sealed class AgentSessionHeritageTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly AgentTest _heir = new(new AgentSessionOptions { IsHeir = true });
    private AgentTest _source = null!;
    private FakeCommand _command = null!;
    private Task<CommandResult> _result = null!;

    public async Task InitializeAsync()
    {
        _source = await AgentTest.ReadyAsync();
        _result = _source.BeginAsync(AgentTest.HostName);
        _command = await _source.Agent.ReadCommandAsync("guest-get-host-name");
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _heir.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_at_the_destination_is_taken_by_its_id_before_the_synchronization()
    {
        _heir.Session.Inherit(_source.Session);
        await _heir.Agent.ReturnAsync(_command, """{"host-name": "x"}""");

        Assert.Equal("""{"host-name":"x"}""", AgentTest.ValueOf(await _result));
        Assert.Equal(AgentSessionState.Unsynchronized, _heir.Session.State);
        await _heir.AssertUsableAsync();
    }

    [Fact]
    public async Task An_answer_that_came_before_the_move_was_known_is_taken_too()
    {
        await _heir.Agent.ReturnAsync(_command, """{"host-name": "x"}""");
        await _heir.Agent.ReturnAsync("12", """{"host-name": "y"}""");
        await Eventually.TrueAsync(() => _heir.Agent is not null && _heir.Session.State == AgentSessionState.Unsynchronized, Limit, "it was read");

        _heir.Session.Inherit(_source.Session);

        Assert.Equal("""{"host-name":"x"}""", AgentTest.ValueOf(await _result));
    }

    [Fact]
    public async Task An_answer_that_the_source_passes_on_late_is_taken_too()
    {
        _heir.Session.Inherit(_source.Session);

        await _source.Agent.ReturnAsync(_command, """{"host-name": "x"}""");

        Assert.Equal("""{"host-name":"x"}""", AgentTest.ValueOf(await _result));
    }

    [Fact]
    public async Task Two_halves_are_no_answer_and_the_synchronization_ends_the_waiting()
    {
        var answer = FakeAgent.Return(_command.Id, """{"host-name": "x"}""");
        await _source.Agent.SendRawAsync(answer[..20]);
        _heir.Session.Inherit(_source.Session);
        await _heir.Agent.SendRawAsync(answer[20..] + "\n");

        await _heir.SynchronizeAsync();

        Assert.Equal((NoReplyCause.Migrated, true), AgentTest.CauseOf(await _result));
        await _heir.AssertUsableAsync();
    }

    [Theory]
    [InlineData("4711", """{"host-name": "x"}""")]
    [InlineData(null, """{"host-name": "x"}""")]
    public async Task Another_id_or_none_is_no_answer(string? id, string value)
    {
        _heir.Session.Inherit(_source.Session);
        await _heir.Agent.ReturnAsync(id, value);

        await _heir.SynchronizeAsync();

        Assert.Equal((NoReplyCause.Migrated, true), AgentTest.CauseOf(await _result));
    }

    [Fact]
    public async Task The_source_may_die_first_where_the_heir_is_named()
    {
        _source.Session.Name(_heir.Session);
        _source.Connection.Reset();
        await _source.Closed.WaitAsync(Limit, TimeProvider.System);
        Assert.False(_result.IsCompleted);

        await _heir.Agent.ReturnAsync(_command, """{"host-name": "x"}""");

        Assert.Equal("""{"host-name":"x"}""", AgentTest.ValueOf(await _result));
    }

    [Fact]
    public async Task A_name_taken_back_leaves_the_loss_to_the_source()
    {
        _source.Session.Name(_heir.Session);
        _source.Session.Name(null);

        _source.Connection.Reset();

        Assert.Equal((NoReplyCause.ConnectionLost, true), AgentTest.CauseOf(await _result));
    }

    [Fact]
    public async Task The_heirs_end_ends_what_it_took_over()
    {
        _heir.Session.Inherit(_source.Session);

        await _heir.Session.DisposeAsync();

        Assert.Equal((NoReplyCause.Migrated, true), AgentTest.CauseOf(await _result));
    }

    [Fact]
    public async Task An_heir_that_has_ended_takes_nothing_over()
    {
        await _heir.Session.DisposeAsync();

        _heir.Session.Inherit(_source.Session);

        Assert.Equal((NoReplyCause.Migrated, true), AgentTest.CauseOf(await _result));
    }

    [Fact]
    public async Task The_deadline_goes_along()
    {
        _source.Time.Advance(AgentTest.Timeout * 0.5);
        _heir.Session.Inherit(_source.Session);
        _source.Time.Advance(AgentTest.Timeout);
        Assert.False(_result.IsCompleted);

        _heir.PassDeadline();

        Assert.Equal((NoReplyCause.DeadlinePassed, true), AgentTest.CauseOf(await _result));
    }
}
