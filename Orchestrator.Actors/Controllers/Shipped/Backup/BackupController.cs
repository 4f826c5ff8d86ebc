using System.Globalization;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers.Shipped.Backup;

/// <summary>
/// <c>backup</c>: takes snapshots of groups of VMs, on a schedule or when an event asks for one (docs/CONTROLLERS-SHIPPED.md). A tick first writes down
/// which groups are to come, and the next one takes them: after a kill it is known which were under way.
/// </summary>
public sealed class BackupController : Controller
{
    private const int MaxRemembered = 4_096;
    private readonly BackupOptions _options;
    private readonly TargetSelector? _vms;
    private readonly HashSet<string> _marked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _takenAt = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _failing = new(StringComparer.Ordinal);

    /// <summary>
    /// Options: <c>schedule</c> (never), <c>trigger-type</c> (BACKUP_REQUESTED), <c>group-label</c> (each VM alone), <c>require</c> (fs), <c>dir</c> (beside each disk), <c>name</c> (backup),
    /// <c>parallel</c> (4), <c>min-gap</c> (10m).
    /// </summary>
    /// <exception cref="ArgumentException">An option is not as it must be.</exception>
    public BackupController(ControllerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = BackupOptions.Read(new OptionReader(Name, options));
        _vms = options.Vms;
        Events = new EventFilter { Types = [_options.TriggerType] };
    }

    /// <inheritdoc/>
    public override string Name => "backup";

    /// <inheritdoc/>
    public override EventFilter Events { get; }

    /// <inheritdoc/>
    public override TimeSpan? Interval => TimeSpan.FromSeconds(5);

    /// <summary>A snapshot may take three times 75 s.</summary>
    public override ControllerQuota Quota => new(CommandsPerMinute: 600, MaxConcurrent: _options.Parallel, HandlerTimeout: TimeSpan.FromMinutes(10));

    /// <inheritdoc/>
    public override string? Complaint => _failing.Count == 0 ? null
        : $"the last backup of {_failing.Count} group(s) failed: {string.Join("; ", _failing.Take(3).Select(group => $"{group.Key}: {group.Value}"))}{(_failing.Count > 3 ? "; …" : "")}";

    /// <summary>Whatever was under way has ended with the node that was: its leases have thawed it.</summary>
    public override Task StartAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = Abandon(context, Load(context));
        Save(context, BackupRules.Schedule(state, _options.Schedule, context.Time.GetUtcNow()));
        return Task.CompletedTask;
    }

    /// <summary>What asks for a backup of all groups, of one (<c>group</c> in the data of an event of the host's), or of the group of the event's VM.</summary>
    public override async Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        if (!_options.IsTrigger(happened))
            return;
        var (state, now) = (Load(context), context.Time.GetUtcNow());
        if (happened.Provenance == Provenance.Host && happened.Vm is null && happened.Text("group") is null)
        {
            if (now - state.RunAt < _options.MinGap)
                context.Note($"{happened.Name}: all groups were backed up at {state.RunAt:u}: not again within {_options.MinGap}");
            else
                Save(context, state with { IsRunAsked = true });
            return;
        }
        if (await GroupOfAsync(context, happened, cancellationToken).ConfigureAwait(false) is { } group)
            Ask(context, state, happened, group, now);
    }

    /// <inheritdoc/>
    public override async Task OnTickAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var now = context.Time.GetUtcNow();
        var state = BackupRules.Schedule(Load(context), _options.Schedule, now);
        if (state is { UnderWay: not null } or { Asked: not null } or { IsRunAsked: true } or { RunAfter: not null })
        {
            var groups = BackupRules.Groups(await context.FindAsync(_vms, cancellationToken).ConfigureAwait(false), _options.GroupLabel);
            state = await TakeUnderWayAsync(context, state, groups, cancellationToken).ConfigureAwait(false);
            state = BackupRules.Take(state, groups.Keys, _options.Parallel, now);
            _marked.UnionWith(state.UnderWay ?? []);
        }
        Save(context, state);
    }

    private static BackupState Load(ControllerContext context) => ShippedJson.Load(context, ShippedJson.Default.BackupState);

    private static void Save(ControllerContext context, BackupState state) => ShippedJson.Save(context, state, ShippedJson.Default.BackupState);

    /// <summary>Which group an event asks for; <see langword="null"/> for none.</summary>
    private async Task<string?> GroupOfAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Provenance == Provenance.Host && happened.Text("group") is { } named)
            return named;
        if (happened.Vm is not { } id)
            return null;
        var vm = (await context.FindAsync(ControllerJobs.Only(id), cancellationToken).ConfigureAwait(false)).FirstOrDefault(vm => _vms?.Matches(vm) != false);
        return vm is null ? null : BackupRules.GroupOf(vm, _options.GroupLabel);
    }

    private void Ask(ControllerContext context, BackupState state, FleetEvent happened, string group, DateTimeOffset now)
    {
        if (_takenAt.TryGetValue(group, out var takenAt) && now - takenAt < _options.MinGap)
            context.Note($"{happened.Name}: {group} was backed up at {takenAt:u}: not again within {_options.MinGap}");
        else if (BackupRules.Ask(state, group) is { } asked)
            Save(context, asked);
        else
            Report(context, group, [], new BackupResult("QueueFull") { Message = $"{BackupRules.MaxAsked} groups wait already" }, null);
    }

    /// <summary>Takes what was written down by the tick before.</summary>
    private async Task<BackupState> TakeUnderWayAsync(
        ControllerContext context, BackupState state, SortedDictionary<string, IReadOnlyList<VmSnapshot>> groups, CancellationToken cancellationToken)
    {
        var mine = (state.UnderWay ?? []).Where(_marked.Remove).ToArray();
        state = Abandon(context, state with { UnderWay = [.. (state.UnderWay ?? []).Except(mine)] });
        // Results are told after all have come: the context is not for two at once to write to.
        var results = await Task.WhenAll(mine.Select(group => TakeAsync(context, groups.GetValueOrDefault(group), cancellationToken))).ConfigureAwait(false);
        foreach (var (group, (result, took)) in mine.Zip(results))
        {
            if (result is not null)
                Report(context, group, groups[group], result, took);
            else
                context.Note($"{group}: {(groups.ContainsKey(group) ? "would have been backed up" : "there is no VM of it any more")}");
        }
        return state;
    }

    private async Task<(BackupResult? Result, TimeSpan Took)> TakeAsync(ControllerContext context, IReadOnlyList<VmSnapshot>? vms, CancellationToken cancellationToken)
    {
        if (vms is null || context.IsShadow)
            return (null, default);
        var start = context.Time.GetTimestamp();
        BackupResult? result = null;
        var trouble = await CommandTrouble.TryAsync(async () => result = BackupRules.Judge(await context.SnapshotAsync(SpecOf(vms, context.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        return (result ?? new BackupResult("Rejected") { Message = trouble!.Text }, context.Time.GetElapsedTime(start));
    }

    private SnapshotSpec SpecOf(IReadOnlyList<VmSnapshot> vms, DateTimeOffset now)
    {
        var text = string.Join(',', vms.Select(vm => vm.Id!.Value));
        return new SnapshotSpec
        {
            Target = TargetSelector.TryParse(text, out var target, out var error) ? target : throw new ControllerCommandException("invalid-selector", $"the group is too large: {error.Message}"),
            Name = $"{_options.Prefix}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}",
            Directory = _options.Directory,
            Require = _options.Require,
        };
    }

    /// <summary>Backups that nobody waits for any more.</summary>
    private BackupState Abandon(ControllerContext context, BackupState state)
    {
        foreach (var group in state.UnderWay ?? [])
            Report(context, group, [], new BackupResult("Interrupted") { Message = "it was begun, or about to be, when the node or its handler was ended: whether files were made is not known" }, null);
        return state with { UnderWay = null };
    }

    private void Report(ControllerContext context, string group, IReadOnlyList<VmSnapshot> vms, BackupResult result, TimeSpan? took)
    {
        context.Publish(result.Reason is null ? BackupEvents.Completed : BackupEvents.Failed, BackupEvents.Data(group, vms, result, took), vms is [var only] ? only : null);
        if (result.Reason is not null && _failing.Count < MaxRemembered)
            _failing[group] = result.Reason;
        else if (result.Reason is null)
            _failing.Remove(group);
        if (_takenAt.Count >= MaxRemembered)
            _takenAt.Clear();
        if (took is not null)
            _takenAt[group] = context.Time.GetUtcNow();
    }
}
