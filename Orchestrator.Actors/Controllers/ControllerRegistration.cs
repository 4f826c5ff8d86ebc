using System.Text.RegularExpressions;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Controllers;

/// <summary>Whether a controller acts.</summary>
public enum ControllerMode
{
    /// <summary>Its commands are carried out.</summary>
    Live,

    /// <summary>They are only noted. The place in the log and the state are the same as those of the live one.</summary>
    Shadow,

    /// <summary>It does not run.</summary>
    Off,
}

/// <summary>A controller of the node, known to be constructible.</summary>
public sealed partial class ControllerRegistration
{
    /// <summary>In the place of a controller's name: an event that an operator asked for.</summary>
    public const string Api = "api";

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    private readonly Func<Controller> _create;
    private readonly EventFilter _ofNoVm;

    /// <param name="create">Makes an object for each instance. Called once here, for what the controller says of itself.</param>
    /// <param name="mode">Whether it acts.</param>
    /// <param name="vms">Narrows the controller's own selector; <see langword="null"/>: does not.</param>
    /// <exception cref="ArgumentException">The controller says something of itself that cannot be; the message tells what.</exception>
    public ControllerRegistration(Func<Controller> create, ControllerMode mode = ControllerMode.Live, TargetSelector? vms = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        (_create, Mode) = (create, mode);
        var sample = create();
        (Name, Scope, Interval, Quota) = (sample.Name, sample.Scope, sample.Interval, sample.Quota);
        Events = sample.Events with { Vms = Both(sample.Events.Vms, vms) };
        _ofNoVm = Events with { Vms = null };
        if (Problem() is { } problem)
            throw new ArgumentException(problem, nameof(create));
        (sample as IDisposable)?.Dispose();
    }

    /// <summary>Unique in the node.</summary>
    public string Name { get; }

    /// <summary>How many instances.</summary>
    public ControllerScope Scope { get; }

    /// <summary>Whether it acts.</summary>
    public ControllerMode Mode { get; }

    /// <summary>Events that are handled: those of the controller, narrowed.</summary>
    public EventFilter Events { get; }

    /// <summary>From one tick to the next.</summary>
    public TimeSpan? Interval { get; }

    /// <summary>What all instances together may do.</summary>
    public ControllerQuota Quota { get; }

    /// <summary>Whether an event is handled. What is about no VM is narrowed by no selector of VMs, and a controller does not follow itself.</summary>
    public bool Wants(FleetEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return happened.Controller != Name && (happened.VmName.Length > 0 ? Events : _ofNoVm).Matches(happened);
    }

    /// <summary>An object for an instance.</summary>
    public Controller Create() => _create();

    private string? Problem()
    {
        if (Name is null || !NameForm().IsMatch(Name))
            return $"its Name is '{Name}': 1 to 64 lower-case letters, digits and '-', the first of them a letter";
        if (Name is "os" or "agent" or "qemu")
            return $"its Name is '{Name}', with which facts of guests and QEMUs begin";
        if (Name == Api)
            return $"its Name is '{Name}', which stands for events that operators ask for";
        if (Interval is { } interval && (interval < ShortestInterval || interval > TimeSpan.FromDays(30)))
            return $"its Interval is {interval}: 1 s to 30 days";
        return Quota is { CommandsPerMinute: >= 1, MaxConcurrent: >= 1 } && Quota.Timeout > TimeSpan.Zero && Quota.Timeout <= TimeSpan.FromDays(1)
            ? null
            : $"its Quota is {Quota}: at least 1 command a minute and 1 at a time, and at most a day for a handler";
    }

    private static TargetSelector? Both(TargetSelector? own, TargetSelector? narrower)
    {
        if (own is null || narrower is null)
            return own ?? narrower;
        return TargetSelector.TryParse($"({own.Text}) and ({narrower.Text})", out var both, out var error)
            ? both
            : throw new ArgumentException($"its selector and the target are too long together: {error.Message}", nameof(narrower));
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$")]
    private static partial Regex NameForm();
}
