using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>
/// Looks whether this node reaches the store, and while it does not, tells every node, so that whoever gives duties out gives them to others. One per
/// node that has duties, <c>/user/store-watch</c>. While all is well, nothing is sent.
/// </summary>
public sealed class StoreWatch : UntypedActor, IWithTimers
{
    /// <summary>Name of the actor.</summary>
    public const string ActorName = "store-watch";

    private readonly IActorRef _nodes;
    private readonly DutyEnvironment _environment;
    private readonly StoreSight _sight;
    private readonly Dictionary<string, string> _peers = new(StringComparer.Ordinal);
    private string? _self;
    private int _failures;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public StoreWatch(IActorRef nodes, DutyEnvironment environment, StoreSight sight) => (_nodes, _environment, _sight) = (nodes, environment, sight);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    /// <param name="nodes">The <see cref="ClusterNodes"/>.</param>
    /// <param name="environment">With the store.</param>
    /// <param name="sight">Gets what this node and the others tell.</param>
    public static Props PropsFor(IActorRef nodes, DutyEnvironment environment, StoreSight sight) => Props.Create(() => new StoreWatch(nodes, environment, sight));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _nodes.Tell(NodeCommands.Follow.Instance);
        Look();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeEvents.Up { IsSelf: true } self:
                _self = self.Info.Address;
                break;
            case NodeEvents.Up up:
                _peers[up.Info.Name] = up.Info.Address;
                break;
            case NodeEvents.Gone gone:
                _peers.Remove(gone.Info.Name);
                break;
            case NodeEvents.Unreachable or NodeEvents.Forgotten:
                break;
            case DutyMessages.StoreAway away:
                _sight.Blind(away.Address);
                break;
            case Looked looked:
                OnLooked(looked);
                break;
            case LookDue:
                Look();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>One look that fails is no reason to give everything away.</summary>
    private void OnLooked(Looked looked)
    {
        _failures = looked.IsThere ? 0 : _failures + 1;
        if (_failures > 1 && _self is { } self)
        {
            _sight.Blind(self);
            foreach (var address in _peers.Values)
                Context.ActorSelection($"{address}/user/{ActorName}").Tell(new DutyMessages.StoreAway(self));
        }
        Timers.StartSingleTimer(nameof(LookDue), LookDue.Instance, _environment.Settings.RenewPause);
    }

    private void Look() => LookAsync().PipeTo(Self);

    /// <summary>In time, whatever the store does: there is no next look before this one has ended.</summary>
    private async Task<Looked> LookAsync()
    {
        using var deadline = new CancellationTokenSource(_environment.Settings.RenewPause, _environment.Time);
        try
        {
            await _environment.Store.ListAsync(_environment.Duties[0], deadline.Token).WaitAsync(deadline.Token).ConfigureAwait(false);
            return new Looked(true);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new Looked(false);
        }
    }

    private sealed record Looked(bool IsThere) : ILocalSignal;

    private sealed class LookDue : ILocalSignal
    {
        public static readonly LookDue Instance = new();
    }
}
