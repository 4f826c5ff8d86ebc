using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;

namespace Orchestrator.Actors.Controllers.Shipped.Facts;

/// <summary>
/// <c>facts</c>: keeps addresses, filesystems, users and the like as facts of each VM, so that listings and selectors never ask a guest
/// (docs/CONTROLLERS-SHIPPED.md). It asks when an event says that something has changed.
/// </summary>
public sealed class FactsController : Controller
{
    private static readonly FactAreas[] Areas = [FactAreas.Os, FactAreas.Net, FactAreas.Fs, FactAreas.Users];
    private readonly TimeSpan _minPause;
    private readonly TimeSpan? _refresh;
    private readonly FactAreas _areas;
    private DateTimeOffset? _askedAt;
    private int _startedIncarnation;

    /// <summary>Options: <c>areas</c> (os,net,fs,users), <c>min-pause</c> (1m), <c>refresh</c> (never).</summary>
    /// <exception cref="ArgumentException">An option is not as it must be.</exception>
    public FactsController(ControllerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var reader = new OptionReader(Name, options);
        _minPause = reader.Duration("min-pause", TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        _refresh = reader.OptionalDuration("refresh", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        _areas = AreasOf(reader);
        reader.End();
        Events = new EventFilter
        {
            Types =
            [
                "GUEST_STARTUP", "GUEST_NETWORK_CHANGED", "GUEST_USERS_CHANGED", "GUEST_FILESYSTEM_CHANGED", "GUEST_FSFREEZE_CHANGED",
                "STOP", "RESUME", "SUSPEND", "WAKEUP", "RESET", "SHUTDOWN",
            ],
            Vms = options.Vms,
        };
    }

    /// <inheritdoc/>
    public override string Name => "facts";

    /// <inheritdoc/>
    public override ControllerScope Scope => ControllerScope.Vm;

    /// <inheritdoc/>
    public override EventFilter Events { get; }

    /// <summary>For what could not be asked when its event came: only a VM with something due is looked at, and only in the inventory.</summary>
    public override TimeSpan? Interval => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override ControllerQuota Quota => new(CommandsPerMinute: 6_000, MaxConcurrent: 64);

    /// <summary>Facts do not outlive the node: everything is asked once, by the first agent that answers.</summary>
    public override Task StartAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return AskAsync(context, Load(context).Needs(FactAreas.All), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(happened);
        var state = Load(context);
        // Its news are known already: the agent was asked after it had started.
        if (happened.Name == "GUEST_STARTUP" && state.Due == FactAreas.None && happened.Incarnation != 0 && happened.Incarnation == _startedIncarnation)
            return Task.CompletedTask;
        var next = FactsRules.On(state, happened, _minPause);
        if (happened.Provenance == Provenance.Guest && context.Time.GetUtcNow() - _askedAt < FactsRules.Calm)
        {
            Save(context, next);
            return Task.CompletedTask;
        }
        return AskAsync(context, next, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnTickAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = Load(context);
        return AskAsync(context, context.Time.GetUtcNow() - _askedAt >= _refresh ? state.Needs(FactAreas.All) : state, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnGapAsync(ControllerContext context, EventGap gap, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return AskAsync(context, Load(context).Needs(FactAreas.All), cancellationToken);
    }

    private static FactsState Load(ControllerContext context) => ShippedJson.Load(context, ShippedJson.Default.FactsState);

    private static void Save(ControllerContext context, FactsState state) => ShippedJson.Save(context, state, ShippedJson.Default.FactsState);

    private async Task AskAsync(ControllerContext context, FactsState state, CancellationToken cancellationToken)
    {
        state = state with { Due = state.Due & _areas };
        if (state.Due != FactAreas.None && context.Vm is { } id
            && VmReadiness.ReadyOne(await context.FindAsync(ControllerJobs.Only(id), cancellationToken).ConfigureAwait(false)) is { } vm)
        {
            _askedAt = context.Time.GetUtcNow();
            var wasAll = state.Due == _areas;
            state = await AskAsync(context, id, vm, state, cancellationToken).ConfigureAwait(false);
            if (wasAll && state.Due == FactAreas.None)
                _startedIncarnation = vm.Incarnation;
        }
        Save(context, state);
    }

    private static async Task<FactsState> AskAsync(ControllerContext context, VmId id, VmSnapshot vm, FactsState state, CancellationToken cancellationToken)
    {
        state = state.Of(VmReadiness.AgentVersion(vm));
        var agent = context.Commands(id);
        foreach (var area in Areas.Where(area => state.Due.HasFlag(area)).ToArray())
        {
            IEnumerable<(string Fact, string? Value)> facts = [];
            var trouble = await CommandTrouble.TryAsync(async () => facts = await FactsOfAsync(agent, area, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            foreach (var (fact, value) in facts)
                context.SetFact(id, fact, value);
            state = FactsRules.After(state, area, trouble);
            if (trouble is null)
                continue;
            if (trouble.Kind == TroubleKind.Passing)
                break;
            context.Note($"{vm.Name}: {area}: {trouble.Text}");
        }
        return state;
    }

    private static async Task<IEnumerable<(string Fact, string? Value)>> FactsOfAsync(IQapiClient agent, FactAreas area, CancellationToken cancellationToken) => area switch
    {
        FactAreas.Os => await OsAsync(agent, cancellationToken).ConfigureAwait(false),
        FactAreas.Net => GuestFacts.Net(await agent.GuestNetworkGetInterfacesAsync(cancellationToken).ConfigureAwait(false)),
        FactAreas.Fs => GuestFacts.Fs(await agent.GuestGetFsInfoAsync(cancellationToken).ConfigureAwait(false)),
        _ => GuestFacts.Users(await agent.GuestGetUsersAsync(cancellationToken).ConfigureAwait(false)),
    };

    /// <summary>An agent that has one of the two commands only tells that one.</summary>
    private static async Task<IEnumerable<(string Fact, string? Value)>> OsAsync(IQapiClient agent, CancellationToken cancellationToken)
    {
        var host = await agent.GuestGetHostNameAsync(cancellationToken).ConfigureAwait(false);
        GuestTimezone? zone = null;
        await CommandTrouble.TryAsync(async () => zone = await agent.GuestGetTimezoneAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return GuestFacts.Os(host, zone);
    }

    private static FactAreas AreasOf(OptionReader reader)
    {
        if (reader.Text("areas") is not { } text)
            return FactAreas.All;
        var areas = FactAreas.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            areas |= word switch
            {
                "os" => FactAreas.Os,
                "net" => FactAreas.Net,
                "fs" => FactAreas.Fs,
                "users" => FactAreas.Users,
                _ => throw reader.Broken("areas", text, "some of os, net, fs, users, with commas between them"),
            };
        }
        return areas;
    }
}
