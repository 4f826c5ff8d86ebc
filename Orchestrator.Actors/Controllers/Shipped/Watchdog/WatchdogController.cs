using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qemu;

namespace Orchestrator.Actors.Controllers.Shipped.Watchdog;

/// <summary>
/// <c>watchdog</c>: tells of agents that do not come back while their VM runs, or resets their VMs (docs/CONTROLLERS-SHIPPED.md).
/// </summary>
public sealed class WatchdogController : Controller
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Day = TimeSpan.FromDays(1);
    private readonly WatchOptions _options;
    private readonly TimeSpan? _ping;
    private DateTimeOffset? _pingedAt;

    /// <summary>
    /// Options: <c>policy</c> (notify, reset), <c>patience</c> (60s), <c>max-resets</c> (2) within <c>window</c> (1h), <c>boot-time</c> (5m), <c>shutdown-time</c> (5m),
    /// <c>ping</c> (never).
    /// </summary>
    /// <exception cref="ArgumentException">An option is not as it must be.</exception>
    public WatchdogController(ControllerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var reader = new OptionReader(Name, options);
        _options = new WatchOptions(
            reader.Choice("policy", WatchPolicy.Notify),
            reader.Duration("patience", TimeSpan.FromSeconds(60), Second, Day),
            reader.Number("max-resets", 2, 1, 100),
            reader.Duration("window", TimeSpan.FromHours(1), Second, 30 * Day),
            reader.Duration("boot-time", TimeSpan.FromMinutes(5), Second, Day),
            reader.Duration("shutdown-time", TimeSpan.FromMinutes(5), Second, Day));
        _ping = reader.OptionalDuration("ping", Second, Day);
        reader.End();
        Events = new EventFilter
        {
            Types =
            [
                "GUEST_AGENT_LOST", "GUEST_AGENT_RESTARTED", "GUEST_STARTUP", "GUEST_SHUTDOWN", "GUEST_REBOOT", "GUEST_QUARANTINED", "GUEST_FSFREEZE_CHANGED",
                "SHUTDOWN", "RESET", "POWERDOWN", "RESUME", "WAKEUP", "MIGRATION",
            ],
            Vms = options.Vms,
        };
    }

    /// <inheritdoc/>
    public override string Name => "watchdog";

    /// <inheritdoc/>
    public override ControllerScope Scope => ControllerScope.Vm;

    /// <inheritdoc/>
    public override EventFilter Events { get; }

    /// <summary>A sixth of the shortest time that is waited for, 1 s to 10 s: how late the watchdog may be.</summary>
    public override TimeSpan? Interval
    {
        get
        {
            var shortest = _ping < _options.Patience ? _ping.Value : _options.Patience;
            return TimeSpan.FromSeconds(Math.Clamp(shortest.TotalSeconds / 6, 1, 10));
        }
    }

    /// <inheritdoc/>
    public override ControllerQuota Quota => new(CommandsPerMinute: 6_000, MaxConcurrent: 64);

    /// <summary>A node that was away does not know who came back meanwhile, and its agents have yet to answer.</summary>
    public override Task StartAsync(ControllerContext context, CancellationToken cancellationToken) => ExcuseAsync(context);

    /// <inheritdoc/>
    public override Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        Save(context, WatchRules.On(Load(context), happened, _options));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnGapAsync(ControllerContext context, EventGap gap, CancellationToken cancellationToken) => ExcuseAsync(context);

    /// <inheritdoc/>
    public override async Task OnTickAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Vm is not { } id)
            return;
        var (state, now) = (Load(context), context.Time.GetUtcNow());
        if (state.LostAt is null)
        {
            await PingAsync(context, id, now, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (WatchRules.DueAt(state, _options) is not { } dueAt || now < dueAt)
            return;
        var vms = await context.FindAsync(ControllerJobs.Only(id), cancellationToken).ConfigureAwait(false);
        state = WatchRules.Decide(state, vms, now, _options) switch
        {
            WatchAction.Forget => state.Well(),
            WatchAction.Notify => Notify(context, state, vms[0], now),
            WatchAction.Reset => await ResetAsync(context, state, vms[0], id, now, cancellationToken).ConfigureAwait(false),
            _ => state,
        };
        Save(context, state);
    }

    private static WatchState Load(ControllerContext context) => ShippedJson.Load(context, ShippedJson.Default.WatchState);

    private static void Save(ControllerContext context, WatchState state) => ShippedJson.Save(context, state, ShippedJson.Default.WatchState);

    private static Task ExcuseAsync(ControllerContext context)
    {
        var state = Load(context);
        if (state != new WatchState())
            Save(context, state.Excuse(context.Time.GetUtcNow()) with { IsMigrating = false });
        return Task.CompletedTask;
    }

    private WatchState Notify(ControllerContext context, WatchState state, VmSnapshot vm, DateTimeOffset now)
    {
        context.Publish("AGENT_WATCHDOG", Data(state, now, "notify", null), vm);
        return state with { IsTold = true };
    }

    private async Task<WatchState> ResetAsync(ControllerContext context, WatchState state, VmSnapshot vm, VmId id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await IsMigratingAsync(context, id, cancellationToken).ConfigureAwait(false))
            return state;
        var next = WatchRules.Reset(state, now, _options);
        var trouble = await CommandTrouble.TryAsync(() => context.Commands(id).SystemResetAsync(cancellationToken)).ConfigureAwait(false);
        context.Publish("AGENT_WATCHDOG", Data(next, now, trouble is null ? "reset" : "reset-failed", trouble), vm);
        return next;
    }

    /// <summary>QEMU itself knows it also after a restart of the node, or without its events.</summary>
    private static async Task<bool> IsMigratingAsync(ControllerContext context, VmId id, CancellationToken cancellationToken)
    {
        string? status = null;
        await CommandTrouble.TryAsync(async () => status = (await context.Commands(id).QueryMigrateAsync(cancellationToken).ConfigureAwait(false)).Status?.Value).ConfigureAwait(false);
        return WatchRules.IsMigrating(status);
    }

    /// <summary>An agent that nobody talks to is not missed by anybody: its silence becomes an event when it is asked.</summary>
    private async Task PingAsync(ControllerContext context, VmId id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_ping is not { } every || now - _pingedAt < every)
            return;
        _pingedAt = now;
        if (VmReadiness.ReadyOne(await context.FindAsync(ControllerJobs.Only(id), cancellationToken).ConfigureAwait(false)) is not null)
            await CommandTrouble.TryAsync(() => context.Commands(id).GuestPingAsync(cancellationToken)).ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte> Data(WatchState state, DateTimeOffset now, string action, CommandTrouble? trouble) => ControllerEvents.Encode(writer =>
    {
        writer.WriteNumber("lost-for-ms"u8, Math.Max(0, (long)(now - state.LostAt!.Value).TotalMilliseconds));
        writer.WriteString("action"u8, action);
        if (state.Reason is not null)
            writer.WriteString("reason"u8, state.Reason);
        if (_options.Policy == WatchPolicy.Reset)
            writer.WriteNumber("resets"u8, WatchRules.RecentResets(state, now, _options).Count);
        if (trouble is not null)
            writer.WriteString("message"u8, trouble.Text);
    });
}
