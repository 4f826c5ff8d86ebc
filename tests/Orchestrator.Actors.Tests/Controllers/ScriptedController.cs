using System.Collections.Concurrent;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>What all objects of a controller under test share: what they do, and what was done.</summary>
internal sealed class Script
{
    public ControllerScope Scope { get; init; }

    public EventFilter Events { get; init; } = EventFilter.Everything;

    public TimeSpan? Interval { get; init; }

    public ControllerQuota Quota { get; init; } = ControllerQuota.Default;

    public string? Complaint { get; set; }

    public Func<ControllerContext, CancellationToken, Task> OnStart { get; set; } = (_, _) => Task.CompletedTask;

    public Func<ControllerContext, FleetEvent, CancellationToken, Task> OnEvent { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<ControllerContext, CancellationToken, Task> OnTick { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What was called, as <c>VM WHAT</c>; in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Contexts of the calls.</summary>
    public ConcurrentQueue<ControllerContext> Contexts { get; } = new();

    /// <summary>Objects that were made.</summary>
    public int Objects;

    /// <summary>Whether two calls of one object were under way at a time.</summary>
    public bool HasOverlapped { get; set; }
}

internal sealed class ScriptedController : Controller
{
    private readonly Script _script;
    private int _calls;

    public ScriptedController(Script script)
    {
        _script = script;
        Interlocked.Increment(ref script.Objects);
    }

    public override string Name => "scripted";

    public override ControllerScope Scope => _script.Scope;

    public override EventFilter Events => _script.Events;

    public override TimeSpan? Interval => _script.Interval;

    public override ControllerQuota Quota => _script.Quota;

    public override string? Complaint => _script.Complaint;

    public override Task StartAsync(ControllerContext context, CancellationToken cancellationToken) => CallAsync(context, "start", () => _script.OnStart(context, cancellationToken));

    public override Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken) => CallAsync(context, happened.Name, () => _script.OnEvent(context, happened, cancellationToken));

    public override Task OnTickAsync(ControllerContext context, CancellationToken cancellationToken) => CallAsync(context, "tick", () => _script.OnTick(context, cancellationToken));

    public override Task OnGapAsync(ControllerContext context, EventGap gap, CancellationToken cancellationToken) => CallAsync(context, $"gap {gap.Cause}", () => Task.CompletedTask);

    private async Task CallAsync(ControllerContext context, string what, Func<Task> run)
    {
        if (Interlocked.Increment(ref _calls) > 1)
            _script.HasOverlapped = true;
        _script.Contexts.Enqueue(context);
        _script.Calls.Enqueue(context.Vm is { } vm ? $"{vm.Value.ToString()[..8].TrimStart('0')} {what}" : what);
        try
        {
            await run();
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }
}
