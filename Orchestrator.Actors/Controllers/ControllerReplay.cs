using System.Runtime.CompilerServices;
using Akka.Actor;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// A shadow copy of a controller over events of the past, up to the end of the logs when it begins: with objects and values of its own, without
/// ticks and second attempts, and nothing of it is kept. For one run; the reader's pace is its own.
/// </summary>
public sealed class ControllerReplay
{
    private readonly ControllerRegistration _registration;
    private readonly ControllerEnvironment _environment;
    private readonly ControllerCommander _commander;
    private readonly Dictionary<string, Copy> _copies = new(StringComparer.Ordinal);
    private readonly List<ControllerReplayLine> _lines = [];
    private readonly Dictionary<(string Host, string Name), VmId> _identities = [];
    private long _events;
    private long _errors;

    private sealed class Copy(ControllerCaller caller)
    {
        public ControllerCaller Caller { get; } = caller;

        public Controller? Controller { get; set; }

        public IReadOnlyDictionary<string, string> State { get; set; } = new Dictionary<string, string>();
    }

    /// <param name="registration">Of the controller.</param>
    /// <param name="environment">Of the node.</param>
    public ControllerReplay(ControllerRegistration registration, ControllerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(environment);
        (_registration, _environment) = (registration, environment);
        _commander = new ControllerCommander(environment, new ControllerGate(registration.Quota, environment.Time));
    }

    /// <summary>Runs it: a line for all that it would have done or said, and one at the end.</summary>
    /// <param name="from">Where in the logs it begins.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="EventReadException">A log cannot be read.</exception>
    public async IAsyncEnumerable<ControllerReplayLine> RunAsync(EventCursor from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = await _environment.Inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), LogQuestions.Timeout, cancellationToken).ConfigureAwait(false);
        foreach (var vm in known.Entries.Select(entry => entry.Snapshot).Where(vm => vm.Id is not null))
            _identities[(vm.Host, vm.Name)] = vm.Id!.Value;
        var reader = new EventReader(_environment.Logs, from, _environment.Settings.PageSize);
        var ends = await _environment.Logs.FindEndAsync(cancellationToken).ConfigureAwait(false);
        foreach (var host in ends.Hosts)
        {
            var end = ends[host].Sequence;
            // A place of another log may be behind the end of this one.
            for (var isFirst = true; (isFirst || reader.Cursor[host].Sequence < end) && await reader.ReadKeptAsync(host, cancellationToken).ConfigureAwait(false) is { } page; isFirst &= page.Notice is not null)
            {
                await foreach (var line in ReplayAsync(page, end, cancellationToken).ConfigureAwait(false))
                    yield return line;
            }
        }
        foreach (var copy in _copies.Values)
            (copy.Controller as IDisposable)?.Dispose();
        yield return new ControllerReplayLine(ControllerReplayKind.End, "", null, null, $"{_events} events, {_copies.Count} instances, {_errors} errors");
    }

    private async IAsyncEnumerable<ControllerReplayLine> ReplayAsync(EventPage page, long end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (page.Notice is { Kind: StreamNoticeKind.Stalled } notice)
            yield return new ControllerReplayLine(ControllerReplayKind.Note, "", null, null, $"events of {notice.Host} are left out: {notice.Reason}");
        if (page.Gap is { } gap)
        {
            var before = page.Events.Count > 0 ? new EventPosition(page.Events[0].Epoch, page.Events[0].Sequence - 1) : page.Cursor[page.Host];
            yield return new ControllerReplayLine(ControllerReplayKind.Gap, "", before, null, $"events are missing: {gap.From} to {gap.To} ({gap.Cause})");
            foreach (var copy in _copies.Values.ToArray())
                await CallAsync(copy, new ControllerWork.Lost(page.Host, before, gap), cancellationToken).ConfigureAwait(false);
        }
        foreach (var happened in page.Events.Where(happened => happened.Sequence <= end && _registration.Wants(happened)))
        {
            if (await CopyForAsync(happened, cancellationToken).ConfigureAwait(false) is { } copy)
            {
                _events++;
                await CallAsync(copy, new ControllerWork.Happened(page.Host, happened.Vm is null && copy.Caller.Vm is { } vm ? ControllerFeedActor.Known(happened, vm) : happened), cancellationToken).ConfigureAwait(false);
            }
            foreach (var line in _lines)
                yield return line;
            _lines.Clear();
        }
    }

    private async Task<RunEnd> EndAsync(Copy copy, Task<RunEnd> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.WaitAsync(_registration.Quota.Timeout + _environment.Settings.AbandonAfter, _environment.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            copy.Controller = null;
            return RunEnd.Failed("the handler does not end: its object was left alone");
        }
    }

    private async Task<Copy?> CopyForAsync(FleetEvent happened, CancellationToken cancellationToken)
    {
        VmId? vm = _registration.Scope == ControllerScope.Vm ? happened.Vm ?? (_identities.TryGetValue((happened.Host, happened.VmName), out var known) ? known : null) : null;
        if (_registration.Scope == ControllerScope.Vm && vm is null)
            return null;
        var key = vm?.ToString() ?? ControllerInstances.Fleet;
        if (_copies.TryGetValue(key, out var copy) || _copies.Count >= _environment.Settings.MaxInstances)
            return copy;
        copy = new Copy(new ControllerCaller(_registration.Name, key, vm, IsShadow: true, Note));
        _copies.Add(key, copy);
        await CallAsync(copy, new ControllerWork.Start(0, 1), cancellationToken).ConfigureAwait(false);
        return copy;

        void Note(string text)
        {
            lock (_noted)
                _noted.Add(text);
        }
    }

    private readonly List<string> _noted = [];

    private async Task CallAsync(Copy copy, ControllerWork work, CancellationToken cancellationToken)
    {
        var timeout = _registration.Quota.Timeout;
        using var time = new CancellationTokenSource(timeout, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var call = new ControllerCall(_environment, _commander, copy.Caller, copy.State, work: null, attempt: 1);
        var end = await EndAsync(copy, ControllerRun.StartAsync(() => copy.Controller ??= _registration.Create(), work, call, timeout, either.Token), cancellationToken).ConfigureAwait(false);
        copy.State = MemoryControllerStore.Changed(copy.State, end.Changes);
        var happened = (work as ControllerWork.Happened)?.What;
        lock (_noted)
        {
            _lines.AddRange(_noted.Select(text => new ControllerReplayLine(ControllerReplayKind.Note, copy.Caller.Instance, happened?.Position, happened?.Name, text)));
            _noted.Clear();
        }
        if (end.Error is null)
            return;
        _errors++;
        _lines.Add(new ControllerReplayLine(ControllerReplayKind.Error, copy.Caller.Instance, happened?.Position, happened?.Name, end.Error));
    }
}

/// <summary>What a line of a replay is.</summary>
public enum ControllerReplayKind
{
    /// <summary>What it would have done, or said.</summary>
    Note,

    /// <summary>A handler failed.</summary>
    Error,

    /// <summary>Events are missing.</summary>
    Gap,

    /// <summary>All that there is has been handled.</summary>
    End,
}

/// <summary>A line of a replay.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Instance">Whose; empty for the whole.</param>
/// <param name="Position">Of the event.</param>
/// <param name="Event">Its name.</param>
/// <param name="Text">What it would have done.</param>
public sealed record ControllerReplayLine(ControllerReplayKind Kind, string Instance, EventPosition? Position, string? Event, string Text);
