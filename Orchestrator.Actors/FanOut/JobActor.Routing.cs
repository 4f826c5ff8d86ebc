using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// In a cluster: how targets get to the routers of their nodes. A dispatch is sent until it is confirmed. After whatever may have lost something —
/// another owner, another process of a node, a broken connection — the same dispatch goes out again, and a router that has it goes on with it. Only
/// a process that cannot have it, where an earlier one may have, is told to ask for evidence instead.
/// </summary>
internal sealed partial class JobActor
{
    private const string ResendTimer = "resend";
    private const string HeldTimer = "held";
    private static readonly TimeSpan ResendPause = TimeSpan.FromSeconds(2);

    private readonly FanOutRouters.Fleet? _fleet;
    private readonly SortedDictionary<string, RouterLink> _links = new(StringComparer.Ordinal);
    private long _sequence;

    private RouterLink LinkOf(string node)
    {
        if (!_links.TryGetValue(node, out var link))
            _links.Add(node, link = new RouterLink(node));
        return link;
    }

    /// <summary>The link of a target whose VM is known: of its node, or of its remote VmHost; a VM that nobody has said whose it is belongs to the node of its VmHost's name.</summary>
    private RouterLink LinkOf(int ordinal) => LinkOf(_entries[ordinal] is { } entry ? entry.Part ?? entry.Node ?? entry.Snapshot.Host : _targets[ordinal].Host);

    /// <summary>Targets that have begun are on their way to their nodes, or wait for them.</summary>
    private void Route(IReadOnlyList<int> ordinals, JobPlan plan, bool isNew)
    {
        var touched = new HashSet<RouterLink>();
        foreach (var group in ordinals.GroupBy(ordinal => (Link: LinkOf(ordinal), Attempt: _state.AttemptOf(ordinal))))
        {
            // A VM that was migrated to this node meanwhile may have had it at the other one.
            if (!isNew && group.Any(ordinal => _targets[ordinal].Host != group.Key.Link.Node))
                group.Key.Link.Recorded ??= RouterLink.UnknownIncarnation;
            group.Key.Link.Held.Add(new LinkBatch(group.Key.Attempt, [.. group.Order()], plan.Deadline, plan.Delivery) { IsInDoubt = !isNew });
            touched.Add(group.Key.Link);
        }
        foreach (var ordinal in isNew ? ordinals : [])
            _extended.Remove(ordinal);
        foreach (var link in touched)
            Flush(link);
    }

    /// <summary>Sends what may be sent now: first what its present process has to ask evidence for, then, once it has confirmed that, the rest.</summary>
    private void Flush(RouterLink link)
    {
        if (link.Router is null)
        {
            ShowHeld(link);
            return;
        }
        if (link.IsOther)
            SendHeld(link, batch => batch.IsInDoubt, isReconciliation: true);
        if (link.Held.Count == 0 || link.IsReconciling)
            return;
        if (link.Recorded == link.Incarnation)
            SendHeld(link, static _ => true, isReconciliation: false);
        else
            Record(link);
    }

    /// <summary>On disk it is known to which process things go from now on, before they do.</summary>
    private void Record(RouterLink link)
    {
        if (!_isDurable)
        {
            link.Recorded = link.Incarnation;
            Flush(link);
        }
        else if (!link.IsRecording)
        {
            link.IsRecording = true;
            NoteRouter(link);
            _journal.Write(new JobSteps.Reach([(link.Node, link.Incarnation)]), new JobWrite.Changed(Snapshot()));
            ArmHeld();
        }
    }

    private void OnReach(IReadOnlyList<(string Node, int Incarnation)> reached)
    {
        foreach (var (node, incarnation) in reached)
        {
            var link = LinkOf(node);
            (link.IsRecording, link.Recorded) = (false, incarnation);
            Flush(link);
        }
    }

    /// <summary>The nodes that some targets are the first of: they are recorded with the targets' intents.</summary>
    private (string Node, int Incarnation)[] NewRouters(IReadOnlyList<int> ordinals)
    {
        if (_fleet is null)
            return [];
        var fresh = ordinals.Where(ordinal => _entries[ordinal] is not null).Select(LinkOf).Distinct().Where(link => link is { Router: not null, Recorded: null, IsRecording: false }).ToArray();
        foreach (var link in fresh)
        {
            link.IsRecording = true;
            NoteRouter(link);
        }
        return [.. fresh.Select(link => (link.Node, link.Incarnation))];
    }

    private void NoteRouter(RouterLink link) =>
        _state.Routers = new Dictionary<string, int>(_state.Routers ?? new Dictionary<string, int>(), StringComparer.Ordinal) { [link.Node] = link.Incarnation };

    private void SendHeld(RouterLink link, Func<LinkBatch, bool> which, bool isReconciliation)
    {
        foreach (var batch in link.Held.Where(which).ToArray())
        {
            link.Held.Remove(batch);
            Send(link, batch, isReconciliation);
        }
        if (link.Unconfirmed.Count > 0)
            StartResending();
    }

    private void Send(RouterLink link, LinkBatch batch, bool isReconciliation)
    {
        int[] ordinals = [.. batch.Ordinals.Where(ordinal => IsAwaited(ordinal, batch.Attempt))];
        if (ordinals.Length == 0)
            return;
        link.Sent(batch);
        foreach (var ordinal in ordinals)
            ShowSent(ordinal, isReconciliation);
        var room = WireLimits.MaxMessage - CommandSize - 1024;
        // What is known of programs goes along.
        foreach (var targets in ordinals.Chunk(isReconciliation ? WireLimits.MaxItems : ordinals.Length).SelectMany(part => TargetList.Cut(part.Select(RoutedOf), room)))
        {
            var dispatch = new RouterCommands.Dispatch(_id, targets)
            {
                Epoch = _fleet!.Claim.Epoch,
                Incarnation = link.Incarnation,
                Sequence = ++_sequence,
                Attempt = batch.Attempt,
                Timeout = default,
                IsReconciliation = isReconciliation,
                Programs = isReconciliation ? ProgramsOf(targets) : null,
                Command = _wireCommand,
                CommandBytes = _commandBytes?.Length ?? 0,
                TraceParent = FanOutSpans.TextOf(SpanContext),
                Plan = _plan,
            };
            link.Unconfirmed.Add(dispatch.Sequence, new SentDispatch(dispatch, batch));
            Tell(link, dispatch, batch);
        }
        if (isReconciliation)
            ExtendDeadline(ordinals);
    }

    private void ShowSent(int ordinal, bool isReconciliation)
    {
        if (isReconciliation)
            _reconciled.Add(ordinal);
        if (_state.Stop != JobStop.Cancelled)
            _state.Progress(ordinal, isReconciliation ? PendingPhase.Reconciling : PendingPhase.Dispatched, null);
    }

    private void Tell(RouterLink link, RouterCommands.Dispatch dispatch, LinkBatch batch) => link.Router!.Tell(
        dispatch with
        {
            Timeout = batch.Deadline.Remaining(_environment.Time),
            Delivery = batch.Delivery?.Remaining(_environment.Time),
            IsStopped = IsTakenBack,
        },
        Self);

    /// <summary>Whether what has not begun does not begin any more.</summary>
    private bool IsTakenBack => _state.Stop is JobStop.Cancelled or JobStop.Halted;

    private bool IsAwaited(int ordinal, int attempt) => _state.IsUnderWay(ordinal) && _state.AttemptOf(ordinal) == attempt;

    private RoutedTarget RoutedOf(int ordinal)
    {
        var entry = _entries[ordinal]!;
        return new RoutedTarget(ordinal, TargetList.PathOf(entry.Vm), TargetList.IdentityOf(_targets[ordinal].Vm));
    }

    private List<StartedProgram> ProgramsOf(TargetList targets)
    {
        var programs = new List<StartedProgram>();
        foreach (var target in targets.Read())
        {
            if (EvidenceOf(target.Ordinal) is { } evidence)
                programs.Add(new StartedProgram(target.Ordinal, evidence));
        }
        return programs;
    }

    private void StartResending()
    {
        if (!Timers.IsTimerActive(ResendTimer))
            Timers.StartPeriodicTimer(ResendTimer, JobSignals.Due.Resend, ResendPause);
    }

    private void OnResend()
    {
        var isNeeded = false;
        foreach (var link in _links.Values.Where(link => link.Router is not null))
        {
            foreach (var sent in link.Unconfirmed.Values)
                Tell(link, sent.Message, sent.Batch);
            var takesBack = IsTakenBack && link.AllSent.Any(IsAwaited);
            if (takesBack)
                link.Router!.Tell(new RouterCommands.Cancel(_id, _fleet!.Claim.Epoch), Self);
            isNeeded |= takesBack || link.Unconfirmed.Count > 0;
        }
        if (!isNeeded)
            Timers.Cancel(ResendTimer);
    }

    private bool IsAwaited(LinkBatch batch) => batch.Ordinals.Any(ordinal => IsAwaited(ordinal, batch.Attempt));
}
