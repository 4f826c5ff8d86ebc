using Akka.Actor;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>
/// What actors of different nodes tell each other lies here until the test lets it arrive: not at all, twice, late, in any order. Each side sees the
/// other as a reference of this network.
/// </summary>
internal sealed class LossyNetwork(ActorSystem system)
{
    private readonly Lock _lock = new();
    private readonly List<(IActorRef To, object Message, IActorRef From)> _messages = [];
    private readonly Dictionary<IActorRef, Remote> _remotes = [];
    private int _number;

    public int Count
    {
        get
        {
            lock (_lock)
                return _messages.Count;
        }
    }

    public IReadOnlyList<object> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages.Select(message => message.Message)];
        }
    }

    /// <summary>An actor as another node sees it.</summary>
    public IActorRef RemoteOf(IActorRef actor)
    {
        if (actor is Remote or Nobody)
            return actor;
        lock (_lock)
        {
            if (!_remotes.TryGetValue(actor, out var remote))
                _remotes.Add(actor, remote = new Remote(this, actor, ((ExtendedActorSystem)system).Provider, ++_number));
            return remote;
        }
    }

    /// <summary>One message, by its place among those on their way, arrives.</summary>
    public void Deliver(int at, bool isKept = false)
    {
        (IActorRef To, object Message, IActorRef From) message;
        lock (_lock)
        {
            message = _messages[at];
            if (!isKept)
                _messages.RemoveAt(at);
        }
        message.To.Tell(message.Message, message.From);
    }

    public void Drop(int at)
    {
        lock (_lock)
            _messages.RemoveAt(at);
    }

    private void Send(IActorRef to, object message, IActorRef from)
    {
        lock (_lock)
            _messages.Add((to, message, from));
    }

    private sealed class Remote(LossyNetwork network, IActorRef actor, IActorRefProvider provider, int number) : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(new Address("akka.tcp", "elsewhere", "host", 1)) / $"actor{number}";

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender) => network.Send(actor, message, network.RemoteOf(sender));
    }
}
