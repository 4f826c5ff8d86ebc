using System.Text.Json;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers.Shipped.TimeSync;

/// <summary>
/// <c>time-sync</c>: sets the clock of a guest that stood still, came from elsewhere, or starts with a wrong one (docs/CONTROLLERS-SHIPPED.md). What is
/// due waits in the state until the agent answers and nothing is frozen.
/// </summary>
public sealed class TimeSyncController : Controller
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private readonly TimeSpan _minPause;
    private readonly TimeSpan _maxDrift;
    private string? _complaint;
    private DateTimeOffset? _attendedAt;

    /// <summary>Options: <c>min-pause</c> (5s), <c>max-drift</c> (1s).</summary>
    /// <exception cref="ArgumentException">An option is not as it must be.</exception>
    public TimeSyncController(ControllerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var reader = new OptionReader(Name, options);
        _minPause = reader.Duration("min-pause", TimeSpan.FromSeconds(5), Millisecond, TimeSpan.FromDays(1));
        _maxDrift = reader.Duration("max-drift", TimeSpan.FromSeconds(1), Millisecond, TimeSpan.FromDays(1));
        reader.End();
        Events = new EventFilter
        {
            Types = ["STOP", "RESUME", "SUSPEND", "WAKEUP", "RESET", "SHUTDOWN", "MIGRATION", "GUEST_STARTUP", "GUEST_AGENT_RESTARTED", "GUEST_FSFREEZE_CHANGED"],
            Vms = options.Vms,
        };
    }

    /// <inheritdoc/>
    public override string Name => "time-sync";

    /// <inheritdoc/>
    public override ControllerScope Scope => ControllerScope.Vm;

    /// <inheritdoc/>
    public override EventFilter Events { get; }

    /// <summary>For agents that come to answer without an event of their own: only a VM with something due is looked at, and only in the inventory.</summary>
    public override TimeSpan? Interval => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override ControllerQuota Quota => new(CommandsPerMinute: 6_000, MaxConcurrent: 64);

    /// <inheritdoc/>
    public override string? Complaint => _complaint;

    /// <inheritdoc/>
    public override Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        var state = TimeSyncRules.On(Load(context), happened, _minPause);
        // What a guest claims over and over is looked at when the next tick comes.
        if (happened.Provenance == Provenance.Guest && context.Time.GetUtcNow() - _attendedAt < TimeSyncRules.Calm)
        {
            Save(context, state);
            return Task.CompletedTask;
        }
        return AttendAsync(context, state, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnTickAsync(ControllerContext context, CancellationToken cancellationToken) => AttendAsync(context, Load(context), cancellationToken);

    /// <inheritdoc/>
    public override Task OnGapAsync(ControllerContext context, EventGap gap, CancellationToken cancellationToken) =>
        AttendAsync(context, Load(context).Needs(TimeSyncCause.Gap), cancellationToken);

    private static TimeSyncState Load(ControllerContext context) => ShippedJson.Load(context, ShippedJson.Default.TimeSyncState);

    private static void Save(ControllerContext context, TimeSyncState state) => ShippedJson.Save(context, state, ShippedJson.Default.TimeSyncState);

    private async Task AttendAsync(ControllerContext context, TimeSyncState state, CancellationToken cancellationToken)
    {
        if (state.Due is { } cause && context.Vm is { } id)
        {
            _attendedAt = context.Time.GetUtcNow();
            var vms = await context.FindAsync(ControllerJobs.Only(id), cancellationToken).ConfigureAwait(false);
            if (VmReadiness.ReadyOne(vms) is { } vm)
                state = await SynchronizeAsync(context, state, vm, cause, cancellationToken).ConfigureAwait(false);
            else if (vms.Count > 0 && vms.All(known => known.Agent == AgentState.None))
                state = state.Done();
        }
        Save(context, state);
    }

    private async Task<TimeSyncState> SynchronizeAsync(ControllerContext context, TimeSyncState state, VmSnapshot vm, TimeSyncCause cause, CancellationToken cancellationToken)
    {
        if (state.Lacking == VmReadiness.AgentVersion(vm))
            return state.Done();
        var clock = new GuestClock(context.Commands(context.Vm!.Value), context.Time);
        var (before, unread) = await ReadAsync(clock, cancellationToken).ConfigureAwait(false);
        if (unread is { Kind: TroubleKind.Lacking } && !TimeSyncRules.SetsBlindly(cause))
            return state.Done();
        if (unread is { Kind: not TroubleKind.Lacking })
            return AfterTrouble(context, state, vm, unread);
        if (before is not null && !TimeSyncRules.IsOff(before, _maxDrift))
            return Succeeded(state);

        var refused = await CommandTrouble.TryAsync(() => clock.SetAsync(before?.RoundTrip ?? TimeSpan.Zero, cancellationToken)).ConfigureAwait(false);
        if (context.IsShadow)
        {
            context.Note($"{vm.Name}: would have set its clock ({Word(cause)}), which is {(before is null ? "unknown" : $"off by {before.Drift.TotalMilliseconds:0} ms")}");
            return Succeeded(state);
        }
        if (refused is { Kind: not TroubleKind.Refused })
            return AfterTrouble(context, state, vm, refused);
        var (after, _) = await ReadAsync(clock, cancellationToken).ConfigureAwait(false);
        // An agent sets the system's clock first: an error may be about the hardware clock alone.
        if (refused is not null && (after is null || TimeSyncRules.IsOff(after, _maxDrift)))
            return AfterTrouble(context, state, vm, refused);
        context.Publish("TIME_SYNCHRONIZED", Data(before, after, cause, refused), vm);
        return Succeeded(state) with { Lacking = null };
    }

    private TimeSyncState Succeeded(TimeSyncState state)
    {
        _complaint = null;
        return state.Done();
    }

    private TimeSyncState AfterTrouble(ControllerContext context, TimeSyncState state, VmSnapshot vm, CommandTrouble trouble)
    {
        if (trouble.Kind == TroubleKind.Lacking)
        {
            context.Note($"{vm.Name}: left alone until it has another agent: {trouble.Text}");
            return state.Done() with { Lacking = VmReadiness.AgentVersion(vm) };
        }
        if (state.Failures + 1 < TimeSyncRules.MaxFailures)
            return state with { Failures = state.Failures + 1 };
        _complaint = $"{vm.Name}: its clock could not be set: {trouble.Text}";
        context.Note(_complaint);
        return state.Done();
    }

    private async Task<(ClockReading? Reading, CommandTrouble? Trouble)> ReadAsync(GuestClock clock, CancellationToken cancellationToken)
    {
        ClockReading? reading = null;
        var trouble = await CommandTrouble.TryAsync(async () => reading = await clock.ReadAsync(_maxDrift, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return (reading, trouble);
    }

    private static ReadOnlyMemory<byte> Data(ClockReading? before, ClockReading? after, TimeSyncCause cause, CommandTrouble? refused) => ControllerEvents.Encode(writer =>
    {
        writer.WriteString("cause"u8, Word(cause));
        if (before is not null)
            writer.WriteNumber("drift-ms"u8, Math.Round(before.Drift.TotalMilliseconds, 3));
        if (after is not null)
            writer.WriteNumber("after-ms"u8, Math.Round(after.Drift.TotalMilliseconds, 3));
        if (refused is not null)
            writer.WriteString("message"u8, refused.Text);
    });

    private static string Word(TimeSyncCause cause) => JsonNamingPolicy.KebabCaseLower.ConvertName(cause.ToString());
}
