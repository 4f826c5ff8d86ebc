using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Endpoints;

/// <summary>
/// One client of a VM's QMP endpoint: greets it, answers its in-band commands one after the other and its out-of-band ones at once, and passes events on
/// in the order in which the VM tells them. Child of the <see cref="QmpEndpointSupervisor"/>; ends with its connection or its VM. Behaviours:
/// Waiting (for the VM's QEMU to tell its version) → Serving.
/// </summary>
internal sealed partial class QmpClientActor : UntypedActor, IWithTimers
{
    private const string GreetingTimer = "greeting";

    private readonly QmpServerConnection _connection;
    private readonly IActorRef _vm;
    private readonly GuestNamespace _guest;
    private readonly EndpointSettings _settings;
    private readonly Queue<QmpInput> _queue = new(0);
    private QmpNegotiation _negotiation = new(offersOutOfBand: false);
    private VmEvents.Seen _seen = new(new VmCondition(), null, null);
    private QmpInput? _current;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public QmpClientActor(QmpServerConnection connection, IActorRef vm, GuestNamespace guest, EndpointSettings settings)
    {
        _connection = connection;
        _vm = vm;
        _guest = guest;
        _settings = settings;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(QmpServerConnection connection, IActorRef vm, GuestNamespace guest, EndpointSettings settings) =>
        Props.Create(() => new QmpClientActor(connection, vm, guest, settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Become(Waiting);
        Timers.StartSingleTimer(GreetingTimer, QmpClientSignals.GreetingOverdue.Instance, _settings.GreetingTimeout);
        _vm.Tell(VmCommands.Follow.Instance);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _vm.Tell(VmCommands.Unfollow.Instance);
        foreach (var invocation in _inFlight.Keys)
            _vm.Tell(new VmCommands.CancelInvocation(invocation));
        _ = _connection.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Waiting(object message)
    {
        switch (message)
        {
            case VmEvents.Seen { Greeting: not null } seen:
                Greet(seen);
                break;
            case QmpClientSignals.GreetingOverdue:
                _connection.TrySend(QmpMessages.Error(new CommandError("GenericError", "HostUnreachable: the VM's QEMU was not reached yet, and its version is not known"), default));
                Context.Stop(Self);
                break;
            case VmEvents.Left:
                Context.Stop(Self);
                break;
            case VmEvents.Seen or VmEvents.Told:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Serving(object message)
    {
        switch (message)
        {
            case QmpClientSignals.Received { Input: { OutOfBand: true } input } when _negotiation.OutOfBand:
                Begin(input);
                break;
            case QmpClientSignals.Received received:
                _queue.Enqueue(received.Input);
                BeginNext();
                break;
            case FanOutEvents.InvocationEnded ended:
                OnEnded(ended.Invocation, ended.Outcome);
                break;
            case QmpClientSignals.Answered answered:
                OnAnswered(answered.Input);
                break;
            case VmEvents.Told told when _negotiation.IsComplete:
                _connection.TrySend(told.Message);
                break;
            case VmEvents.Told:
                // QMP drops the events of before the negotiation.
                break;
            case VmEvents.Seen seen:
                OnSeen(seen);
                break;
            case QmpClientSignals.Introspected introspected:
                Return(introspected.Request, introspected.Answer.Span);
                break;
            case QmpClientSignals.IntrospectionFailed failed:
                Refuse(failed.Request, new CommandError("GenericError", $"QEMU's own answer is not understood: {failed.Reason}"));
                break;
            case QmpClientSignals.SessionOverdue overdue:
                OnSessionOverdue(overdue.Request);
                break;
            case VmEvents.Left or QmpClientSignals.Closed:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Greet(VmEvents.Seen seen)
    {
        _seen = seen;
        _negotiation = new QmpNegotiation(seen.Greeting!.OffersOutOfBand);
        Timers.Cancel(GreetingTimer);
        Become(Serving);
        _connection.TrySend(QmpMessages.Greeting(seen.Greeting));
        _connection.Start(new Handler(Self));
    }

    /// <summary>The next in-band command begins when the client has the answer to the one before: a client that does not read is not worked for.</summary>
    private void OnAnswered(QmpInput input)
    {
        if (!ReferenceEquals(input, _current))
            return;
        _current = null;
        BeginNext();
    }

    private void BeginNext()
    {
        if (_current is not null || !_queue.TryDequeue(out _current))
            return;
        Begin(_current);
    }

    private sealed class Handler(IActorRef client) : IQmpServerHandler
    {
        public void OnInput(QmpInput input) => client.Tell(new QmpClientSignals.Received(input));

        public void OnAnswered(QmpInput input) => client.Tell(new QmpClientSignals.Answered(input));

        public void OnClosed(string cause) => client.Tell(new QmpClientSignals.Closed(cause));
    }
}
