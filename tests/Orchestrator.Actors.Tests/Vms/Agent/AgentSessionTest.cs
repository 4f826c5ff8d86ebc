using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms.Agent;

/// <summary>An <see cref="AgentSessionActor"/> between a fake agent on a Unix socket and a probe in the place of its VM.</summary>
public abstract class AgentSessionTest : ActorTest, IAsyncLifetime
{
    private readonly SocketDirectory _directory = new();
    private readonly Dictionary<string, EncodedCommand> _commands = [];

    protected AgentSessionTest()
    {
        Vm = CreateTestProbe();
        Settings = new VmSettings { Time = Time, MaxQueuedCommands = 4 };
    }

    private protected TestProbe Vm { get; }

    private protected VmSettings Settings { get; set; }

    /// <summary>Whether synchronizations are answered by themselves; else they come as commands.</summary>
    private protected bool Synchronizes { get; set; } = true;

    private protected PeerSocket<FakeAgent>? Socket { get; private set; }

    private protected IActorRef Session { get; private set; } = ActorRefs.Nobody;

    protected string Path => _directory.File("agent.sock");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Socket is not null)
            await Socket.DisposeAsync();
        _directory.Dispose();
    }

    private protected PeerSocket<FakeAgent> Listen() => Socket = new PeerSocket<FakeAgent>(Path, stream => new FakeAgent(stream), async (agent, command) =>
    {
        if (!Synchronizes || command.Name != "guest-sync-delimited")
            return false;
        await agent.AnswerSynchronizationAsync(command);
        return true;
    });

    private protected IActorRef StartSession(Endpoint? at = null) => Session = Vm.ChildActorOf(AgentSessionActor.PropsFor(at ?? new Endpoint.Unix(Path), Settings));

    /// <summary>Listens, starts the session and awaits its readiness.</summary>
    private protected async Task<PeerConnection<FakeAgent>> StartReadyAsync()
    {
        Listen();
        StartSession();
        var connection = await Socket!.AcceptAsync();
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        return connection;
    }

    private protected async Task<AgentEvents.StateChanged> ExpectAsync(AgentState state, bool newIncarnation = false)
    {
        var changed = (AgentEvents.StateChanged)await Vm.FishForMessageAsync(message => message is AgentEvents.StateChanged, Limit);
        Assert.Equal((state, newIncarnation), (changed.State, changed.NewIncarnation));
        return changed;
    }

    private protected ReplyRecorder Execute(string name, double seconds = 10, string? arguments = null, ReplyRecorder? recorder = null)
    {
        recorder ??= new ReplyRecorder();
        var key = name + arguments;
        if (!_commands.TryGetValue(key, out var command))
        {
            using var document = JsonDocument.Parse(arguments ?? "{}");
            _commands[key] = command = EncodedCommand.ForGuest(name, document.RootElement);
        }
        Session.Tell(new AgentCommands.Execute(command, Deadline.After(TimeSpan.FromSeconds(seconds), Time), recorder));
        return recorder;
    }

    private protected void SetPort(bool open, bool fromEvent = true) => Session.Tell(new AgentCommands.SetPort(open, fromEvent));
}
