using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Endpoints;

/// <summary>A client's commands, from their text to their answer.</summary>
internal sealed partial class QmpClientActor
{
    private const string GuestPrefix = "guest-";

    /// <summary>A client of QMP's own kind expects an answer, and not that its command waits for a guest; but for one that is between the two QEMUs of its migration.</summary>
    private static readonly ConditionPolicy AtOnce = new() { OnPaused = ConditionChoice.Fail, OnUnresponsive = ConditionChoice.Fail };

    private readonly Dictionary<Invocation, PendingRequest> _inFlight = [];
    private readonly HashSet<PendingRequest> _held = [];

    private void Begin(QmpInput input)
    {
        var request = QmpRequest.Read(input, _negotiation.OutOfBand);
        var pending = new PendingRequest(input, request);
        if (request.Fault is { } fault)
            Refuse(pending, fault);
        else if (_negotiation.Takes(request))
            Negotiate(pending);
        else if (EndpointPolicy.Decide(request, _seen, _settings.Allowed) is { } denial)
            Refuse(pending, denial);
        else if (request.Command.StartsWith(GuestPrefix, StringComparison.Ordinal))
            BeginGuest(pending);
        else
            BeginQmp(pending);
    }

    private void Negotiate(PendingRequest pending)
    {
        if (_negotiation.Decide(pending.Request) is { } error)
            Refuse(pending, error);
        else
            Return(pending, "{}"u8);
    }

    private void BeginGuest(PendingRequest pending)
    {
        var request = pending.Request;
        if (!_guest.Schema.TryGetCommand(request.Command, out var command))
        {
            Refuse(pending, QmpErrors.Unknown(request.Command));
            return;
        }
        if (request.OutOfBand)
        {
            Refuse(pending, QmpErrors.NoOutOfBand(request.Command));
            return;
        }
        try
        {
            var encoded = EncodedCommand.ForGuest(command, request.Arguments.Span);
            if (IsSynchronization(command.Name))
                Return(pending, SynchronizationId(encoded));
            else
                Invoke(pending, CommandRoute.Guest, encoded, command.Class == CommandClass.ReadOnly ? _settings.ReadTimeout : _settings.CommandTimeout);
        }
        catch (QapiValidationException e)
        {
            Refuse(pending, QmpErrors.Of(e.Violation));
        }
    }

    private void BeginQmp(PendingRequest pending)
    {
        var request = pending.Request;
        if (_seen.Condition.Qmp == QmpLink.Online)
            Invoke(pending, CommandRoute.Qmp, EncodedCommand.ForQmp(EndpointIntrospection.Question(request.Command), request.Arguments.Span, request.OutOfBand), _settings.CommandTimeout);
        else
            Hold(pending);
    }

    private void Invoke(PendingRequest pending, CommandRoute route, EncodedCommand command, TimeSpan timeout)
    {
        var invocation = new Invocation(new JobPlan("", route, command, Deadline.After(timeout, _settings.Time)) { IsChecked = false, Conditions = _settings.Allowed.Contains(command.Name) ? AtOnce with { OnMigrating = ConditionChoice.Force } : AtOnce }, 0, _vm, Self);
        _inFlight.Add(invocation, pending);
        _vm.Tell(invocation);
    }

    private void OnEnded(Invocation invocation, Outcome outcome)
    {
        if (!_inFlight.Remove(invocation, out var pending))
            return;
        if (outcome.Phase == Phase.Succeeded && EndpointIntrospection.Takes(pending.Request.Command))
            Introspect(pending, outcome.Result);
        else if (outcome.Phase == Phase.Succeeded)
            Return(pending, outcome.Result.Span);
        else if (invocation.Plan.Route == CommandRoute.Qmp && outcome is { Phase: Phase.Undelivered, Reason: Reasons.HostUnreachable or Reasons.MonitorBusy or Reasons.QemuUnresponsive })
            Hold(pending);
        else
            Refuse(pending, EndpointErrors.Of(outcome));
    }

    /// <summary>A whole schema takes some ten milliseconds, in which the client's events need not wait.</summary>
    private void Introspect(PendingRequest pending, ReadOnlyMemory<byte> qemu) =>
        Task.Run(() => EndpointIntrospection.Answer(pending.Request.Command, qemu, _guest)).PipeTo(
            Self,
            success: merged => new QmpClientSignals.Introspected(pending, merged),
            failure: e => new QmpClientSignals.IntrospectionFailed(pending, e.Message));

    /// <summary>Nothing of it ran: it waits for the session, which tells when it is there.</summary>
    private void Hold(PendingRequest pending)
    {
        pending.WaitsUntil ??= Deadline.After(_settings.SessionTimeout, _settings.Time);
        _held.Add(pending);
        Timers.StartSingleTimer(pending, new QmpClientSignals.SessionOverdue(pending), pending.WaitsUntil.Value.Remaining(_settings.Time));
    }

    private void OnSeen(VmEvents.Seen seen)
    {
        _seen = seen;
        if (seen.Condition.Qmp != QmpLink.Online)
            return;
        var held = _held.ToArray();
        _held.Clear();
        foreach (var pending in held)
        {
            Timers.Cancel(pending);
            BeginQmp(pending);
        }
    }

    private void OnSessionOverdue(PendingRequest pending)
    {
        if (_held.Remove(pending) && Admission.DecideQmp(_seen.Condition) is { } rejection)
            Refuse(pending, new CommandError("GenericError", $"{rejection.Reason}: {rejection.Message}"));
    }

    private void Return(PendingRequest pending, ReadOnlySpan<byte> value) =>
        _connection.TrySend(QmpMessages.Return(value, pending.Request.Id.Span), pending.Input);

    private void Refuse(PendingRequest pending, CommandError error) =>
        _connection.TrySend(QmpMessages.Error(error, pending.Request.Id.Span), pending.Input);

    /// <summary>The session with the agent is in step already, and another synchronization would disturb it: its answer is known, and given here.</summary>
    private static bool IsSynchronization(string command) => command is "guest-sync" or "guest-sync-delimited";

    private static ReadOnlySpan<byte> SynchronizationId(EncodedCommand command)
    {
        var arguments = command.Arguments.Span;
        return arguments[(arguments.IndexOf((byte)':') + 1)..^1];
    }
}
