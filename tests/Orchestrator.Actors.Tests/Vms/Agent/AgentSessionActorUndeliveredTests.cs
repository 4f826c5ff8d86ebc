using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms.Agent;

/// <summary>A migration that comes between a command and QEMU, which reads nothing for a guest that stands still.</summary>
public sealed class AgentSessionActorUndeliveredTests : AgentSessionTest
{
    private readonly SocketDirectory _places = new();
    private readonly TaskCompletionSource _end = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Command_that_QEMU_has_not_read_is_sent_at_the_destination(int moves)
    {
        using var places = _places;
        await using var source = Place("source", readsOn: false);
        await StartReadyAtAsync(source);
        var program = Execute("guest-exec", seconds: 100, """{"path":"x"}""");
        await SettleAsync(Session);

        PeerConnection<FakeAgent> arrived = null!;
        var destinations = new List<PeerSocket<FakeAgent>>();
        for (var move = 1; move <= moves; move++)
        {
            // One that is left again at once has not answered a synchronization.
            destinations.Add(Place($"place-{move}", readsOn: true, synchronizes: move == moves));
            Session.Tell(new AgentCommands.Move(EndpointOf($"place-{move}")));
            arrived = await destinations[^1].AcceptAsync();
            if (move < moves)
                await arrived.NextAsync("guest-sync-delimited");
        }

        var command = await arrived.NextAsync("guest-exec");
        Assert.False(program.IsEnded);
        await arrived.Peer.ReturnAsync(command, """{"pid": 7}""");
        Assert.IsType<CommandResult.Returned>(await program.ResultAsync());
        _end.SetResult();
        foreach (var destination in destinations)
            await destination.DisposeAsync();
    }

    [Fact]
    public async Task Command_that_QEMU_has_read_is_not_sent_again()
    {
        using var places = _places;
        await using var source = Place("source", readsOn: true);
        var left = await StartReadyAtAsync(source);
        var program = Execute("guest-exec", seconds: 100, """{"path":"x"}""");
        await left.NextAsync("guest-exec");
        await using var destination = Place("place", readsOn: true);

        Session.Tell(new AgentCommands.Move(EndpointOf("place")));

        Assert.Equal((NoReplyCause.Migrated, true), await program.NoReplyAsync());
        Assert.False((await destination.AcceptAsync()).HasNext);
    }

    /// <summary>The other machine tells when the agent is ready at the destination, and after the guest has moved on from there.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Command_that_another_machine_knows_to_be_unread_is_sent_when_it_has_told(bool movesOn)
    {
        using var places = _places;
        var isUnread = new TaskCompletionSource<bool>();
        Settings = Settings with { Connect = async (endpoint, token) => endpoint == EndpointOf("source") ? new RelayedStream(await EndpointConnector.ConnectAsync(endpoint, token), _ => isUnread.Task) : await EndpointConnector.ConnectAsync(endpoint, token) };
        await using var source = Place("source", readsOn: true);
        await using var destination = Place("place", readsOn: true);
        await using var next = Place("next", readsOn: true);
        var left = await StartReadyAtAsync(source);
        var program = Execute("guest-exec", seconds: 100, """{"path":"x"}""");
        await left.NextAsync("guest-exec");

        Session.Tell(new AgentCommands.Move(EndpointOf("place")));
        var arrived = await destination.AcceptAsync();
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready);
        if (movesOn)
        {
            Execute("guest-get-time", seconds: 100);
            await arrived.NextAsync("guest-get-time");
            Session.Tell(new AgentCommands.Move(EndpointOf("next")));
            arrived = await next.AcceptAsync();
            await ExpectAsync(AgentState.Connecting);
            await ExpectAsync(AgentState.Ready);
        }
        isUnread.SetResult(true);

        await arrived.Peer.ReturnAsync(await arrived.NextAsync("guest-exec"), """{"pid": 7}""");
        Assert.IsType<CommandResult.Returned>(await program.ResultAsync());
    }

    /// <summary>QEMU drops what the guest says to a channel without a client.</summary>
    [Fact]
    public async Task Guest_that_arrives_while_its_channel_is_being_connected_finds_that_connection()
    {
        using var places = _places;
        await using var source = Place("source", readsOn: true);
        await using var destination = Place("place", readsOn: true);
        var isTold = new TaskCompletionSource();
        Settings = Settings with { Connect = ConnectAsync };
        await StartReadyAtAsync(source);
        Session.Tell(new AgentCommands.Attend(EndpointOf("place")));
        await destination.AcceptAsync();

        Session.Tell(new AgentCommands.Move(EndpointOf("place")));
        await ExpectAsync(AgentState.Connecting);
        isTold.SetResult();

        await ExpectAsync(AgentState.Ready);
        Assert.Equal(1, destination.Connections);

        async Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken)
        {
            var stream = await EndpointConnector.ConnectAsync(endpoint, cancellationToken);
            if (endpoint != EndpointOf("source"))
                await isTold.Task;
            return stream;
        }
    }

    /// <summary>Else our own connection would keep us out of the channel once the guest is released.</summary>
    [Fact]
    public async Task Guest_that_arrives_while_it_is_quarantined_leaves_nobody_in_its_channel()
    {
        using var places = _places;
        Settings = Settings with { GuestLimits = Settings.GuestLimits with { MaxViolations = 0 } };
        await using var source = Place("source", readsOn: true);
        await using var destination = Place("place", readsOn: true);
        var left = await StartReadyAtAsync(source);
        Session.Tell(new AgentCommands.Attend(EndpointOf("place")));
        var attended = await destination.AcceptAsync();
        Execute("guest-get-time");
        await left.Peer.ReturnAsync(await left.NextAsync("guest-get-time"), "\"evil\"");
        await ExpectAsync(AgentState.Quarantined);

        Session.Tell(new AgentCommands.Move(EndpointOf("place")));
        await attended.Closed.WaitAsync(Limit, TimeProvider.System);
        Session.Tell(AgentCommands.Release.Instance);

        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
    }

    private Endpoint.Unix EndpointOf(string place) => new(_places.File(place));

    private async Task<PeerConnection<FakeAgent>> StartReadyAtAsync(PeerSocket<FakeAgent> source)
    {
        StartSession(EndpointOf("source"));
        var connection = await source.AcceptAsync();
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        return connection;
    }

    /// <summary>An agent's channel.</summary>
    /// <param name="place">Its name.</param>
    /// <param name="readsOn">Whether it reads what comes after the synchronization, before the test's end.</param>
    /// <param name="synchronizes">Whether it answers synchronizations.</param>
    private PeerSocket<FakeAgent> Place(string place, bool readsOn, bool synchronizes = true) => new(_places.File(place), stream => new FakeAgent(stream), async (agent, command) =>
    {
        if (!synchronizes || command.Name != "guest-sync-delimited")
            return false;
        await agent.AnswerSynchronizationAsync(command);
        if (!readsOn)
            await _end.Task;
        return true;
    });
}
