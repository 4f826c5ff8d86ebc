using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clients;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

/// <summary>
/// One instance of a controller with an inventory, a clock and guests that a test makes up. What a handler has changed counts once it has returned, as
/// on a node; a kill leaves what counts and makes a new object.
/// </summary>
internal sealed class ShippedRig
{
    public static readonly VmId Web = new(new Guid("6f1d8a52-93f4-4c0b-8a1e-0123456789ab"));
    private readonly Func<Controller> _make;

    public ShippedRig(Func<Controller> make, bool isShadow = false)
    {
        _make = make;
        IsShadow = isShadow;
        Controller = make();
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        Vms = [Running("web1", Web)];
    }

    public Controller Controller { get; private set; }

    public FakeTimeProvider Time { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public bool IsShadow { get; }

    public List<VmSnapshot> Vms { get; set; }

    /// <summary>The only VM.</summary>
    public VmSnapshot Vm
    {
        get => Vms.Single();
        set => Vms = [value];
    }

    public Dictionary<string, string> State { get; private set; } = [];

    /// <summary>Commands that were carried out, and those that a shadow would have.</summary>
    public List<EncodedCommand> Sent { get; } = [];

    public List<(string Name, JsonElement Data, string? Vm)> Published { get; } = [];

    public Dictionary<string, string?> Facts { get; } = [];

    public List<string> Notes { get; } = [];

    public List<SnapshotSpec> Snapshots { get; } = [];

    /// <summary>The answer to a command; a failure is thrown.</summary>
    public Func<EncodedCommand, string> Answer { get; set; } = _ => "{}";

    public Func<SnapshotSpec, Task<FreezeReplies.Snapshots>> Snapshot { get; set; } = _ => throw new InvalidOperationException("no snapshot was expected");

    public IEnumerable<string> SentNames => Sent.Select(command => command.Name);

    public static VmSnapshot Running(string name, VmId id) => new()
    {
        Id = id,
        Name = name,
        Host = "host1",
        State = VmState.Running,
        RunState = "running",
        Agent = AgentState.Ready,
        Incarnation = 1,
        Guest = new GuestInfoSnapshot("linux", "12", "7.2.22"),
    };

    public static ControllerOptions Options(params (string Name, string Value)[] values) => new(null, values.ToDictionary(value => value.Name, value => value.Value));

    public static OutcomeException Failure(string command, Phase phase, string reason) =>
        new(command, new Outcome { Name = "web1", Host = "host1", Phase = phase, Reason = reason, Effect = Effect.None, Message = $"{reason} of {command}" });

    public FleetEvent Event(string name, string data = "{}", string host = "host1", int incarnation = 1) => new()
    {
        Host = host,
        Vm = Web,
        VmName = "web1",
        Name = name,
        Data = Encoding.UTF8.GetBytes(data),
        Time = Now,
        Provenance = name is "GUEST_STARTUP" or "GUEST_NETWORK_CHANGED" or "GUEST_USERS_CHANGED" or "GUEST_FILESYSTEM_CHANGED" ? Provenance.Guest : Provenance.Host,
        Incarnation = incarnation,
    };

    public Task StartAsync() => RunAsync((controller, context) => controller.StartAsync(context, default));

    /// <summary>Gives the controller an event, if it wants it.</summary>
    public Task HappensAsync(string name, string data = "{}", string host = "host1", int incarnation = 1) => HappensAsync(Event(name, data, host, incarnation));

    public async Task HappensAsync(FleetEvent happened)
    {
        if (Controller.Events.Matches(happened))
            await RunAsync((controller, context) => controller.OnEventAsync(context, happened, default));
    }

    public Task TickAsync() => RunAsync((controller, context) => controller.OnTickAsync(context, default));

    public Task GapAsync() => RunAsync((controller, context) => controller.OnGapAsync(context, new EventGap(1, 2, EventGapCause.Expired), default));

    /// <summary>Lets time pass, with a tick whenever one is due.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero;)
        {
            var step = left < Controller.Interval!.Value ? left : Controller.Interval.Value;
            Time.Advance(step);
            left -= step;
            await TickAsync();
        }
    }

    public Task PassAsync(double seconds) => PassAsync(TimeSpan.FromSeconds(seconds));

    /// <summary>The node is killed and starts again: what no handler had ended with is lost.</summary>
    public async Task RestartAsync()
    {
        Controller = _make();
        await StartAsync();
    }

    /// <summary>A handler begins and the node is killed before it ends.</summary>
    public void Kill(Func<Controller, ControllerContext, Task> handler)
    {
        _ = handler(Controller, new Context(this));
        Controller = _make();
    }

    private async Task RunAsync(Func<Controller, ControllerContext, Task> handler)
    {
        var context = new Context(this);
        await handler(Controller, context);
        context.Commit();
    }

    private sealed class Context(ShippedRig rig) : ControllerContext, IQapiClient
    {
        private readonly Dictionary<string, string> _state = new(rig.State);
        private readonly List<Action> _changes = [];

        public override TimeProvider Time => rig.Time;

        public override bool IsShadow => rig.IsShadow;

        public override VmId? Vm => rig.Controller.Scope == ControllerScope.Vm ? Web : null;

        public void Commit()
        {
            rig.State = _state;
            foreach (var change in _changes)
                change();
        }

        public override Task<IReadOnlyList<VmSnapshot>> FindAsync(TargetSelector? vms, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<VmSnapshot>>([.. rig.Vms.Where(vm => vms?.Matches(vm) != false)]);

        public override IQapiClient Commands(VmId vm) => this;

        public Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken)
        {
            rig.Sent.Add(command);
            try
            {
                return Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(rig.Answer(command)));
            }
            catch (OutcomeException e)
            {
                return Task.FromException<ReadOnlyMemory<byte>>(e);
            }
        }

        public override Task<JobSnapshot> RunAsync(JobSpec job, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task<FreezeReplies.Snapshots> SnapshotAsync(SnapshotSpec snapshot, CancellationToken cancellationToken)
        {
            rig.Snapshots.Add(snapshot);
            return rig.Snapshot(snapshot);
        }

        public override Task<FreezeGroupSnapshot> FreezeAsync(FreezeSpec freeze, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task<FreezeGroupSnapshot> ThawAsync(string groupId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override string? Get(string key) => _state.GetValueOrDefault(key);

        public override void Set(string key, string? value)
        {
            Assert.True(value is null || Encoding.UTF8.GetByteCount(value) <= MaxValueBytes);
            if (value is null)
                _state.Remove(key);
            else
                _state[key] = value;
        }

        public override void Publish(string name, ReadOnlyMemory<byte> data, VmSnapshot? vm)
        {
            var parsed = JsonElement.Parse(data.Span);
            _changes.Add(() => rig.Published.Add((name, parsed, vm?.Name)));
        }

        public override void SetFact(VmId vm, string fact, string? value)
        {
            Assert.True(value is null || value.Length <= 256);
            Assert.Matches("^[a-z0-9.-]{1,64}$", fact);
            _changes.Add(() => rig.Facts[fact] = value);
        }

        public override void Note(string message) => rig.Notes.Add(message);
    }
}
