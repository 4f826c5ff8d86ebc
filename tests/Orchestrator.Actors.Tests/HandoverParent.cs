using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;

namespace Orchestrator.Actors.Tests;

/// <summary>Stands for a duty's actor: has a part as its child, and tells a test when that says that the duty is lost.</summary>
internal sealed class HandoverParent(Props part, IActorRef test) : UntypedActor
{
    /// <summary>The part has stopped.</summary>
    public const string Ended = "ended";

    private IActorRef _part = ActorRefs.Nobody;

    public static Props PropsFor(Props part, IActorRef test) => Props.Create(() => new HandoverParent(part, test));

    protected override void PreStart() => _part = Context.Watch(Context.ActorOf(part, "part"));

    protected override void OnReceive(object message)
    {
        if (message is DutyLost)
            test.Forward(message);
        else if (message is Terminated)
            test.Tell(Ended);
        else
            _part.Forward(message);
    }
}
