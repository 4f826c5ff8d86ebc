using System.Globalization;
using System.Text;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Protocol.Guest;

namespace MyControllers;

/// <summary>Counts how often the guest of each VM has started, tells its clock, and warns of those that start too often.</summary>
public sealed class BootCountController(ControllerOptions options) : Controller
{
    private readonly int _most = int.Parse(options.Values.GetValueOrDefault("most", "10"), CultureInfo.InvariantCulture);
    private int _count;

    public override string Name => "boot-count";

    public override ControllerScope Scope => ControllerScope.Vm;

    public override EventFilter Events => new() { Types = ["GUEST_STARTUP"] };

    public override string? Complaint => _count > _most ? $"it has started {_count} times" : null;

    public override Task StartAsync(ControllerContext context, CancellationToken cancellationToken)
    {
        _count = int.Parse(context.Get("count") ?? "0", CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    public override async Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken)
    {
        // From the kept value and not from the field: after a failure this handler runs again.
        var count = int.Parse(context.Get("count") ?? "0", CultureInfo.InvariantCulture) + 1;
        var clock = await context.Commands(context.Vm!.Value).GuestGetTimeAsync(cancellationToken);
        context.Set("count", count.ToString(CultureInfo.InvariantCulture));
        context.SetFact(context.Vm!.Value, "count", count.ToString(CultureInfo.InvariantCulture));
        context.Note($"{happened.VmName} has started {count} times; its clock says {clock} ns");
        if (count > _most)
            context.Publish("TOO_MANY_BOOTS", Encoding.UTF8.GetBytes($"{{\"count\":{count}}}"), happened.Seen);
        _count = count;
    }
}
