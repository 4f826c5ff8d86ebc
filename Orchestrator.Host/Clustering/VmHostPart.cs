using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// The duty of a remote VmHost. Its connections are written to only while the claim holds by this machine's own clock, and are closed before it is
/// given back.
/// </summary>
/// <param name="settingsOf">What the VmHost is made of under a claim; the connections are put in here.</param>
internal sealed class VmHostPart(Func<DutyClaim, RemoteVmHostSettings> settingsOf) : IDutyPart
{
    private ConnectionFence? _fence;

    /// <inheritdoc/>
    public IReadOnlyList<IActorRef> Begin(DutyClaim claim, DutyTenure tenure, IActorContext context)
    {
        var fence = _fence = new ConnectionFence(() => tenure.IsHeld);
        var settings = settingsOf(claim);
        return [context.ActorOf(RemoteVmHost.PropsFor(settings with { Vm = settings.Vm with { Connect = fence.ConnectAsync } }), RemoteVmHost.ActorName)];
    }

    /// <inheritdoc/>
    public void Ended(DutyClaim claim) => _fence?.Close();
}
