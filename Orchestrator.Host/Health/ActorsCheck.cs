using Akka.Actor;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Health;

/// <summary>The actor system answers: the inventory, the event log and the VMs' supervisor, which everything needs, deal with their messages.</summary>
internal sealed class ActorsCheck(Node node) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "actors";

    /// <inheritdoc/>
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var asked = ((IActorRef[])[node.Inventory, node.Events, node.VmHost]).Select(actor => actor.Ask<ActorIdentity>(new Identify(actor.Path.Name), NodeHealth.Patience, cancellationToken));
        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        var gone = answers.Where(answer => answer.Subject is null).Select(answer => answer.MessageId).ToArray();
        return gone.Length == 0 ? CheckResult.Ok : new CheckResult(CheckStatus.Failing, $"an actor has ended that should not: {string.Join(", ", gone)}. See the node's log, and start it anew");
    }
}
