using Akka.Actor;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>"Do": for the <see cref="ObservationDesk"/>, without an answer.</summary>
public static class ObservationCommands
{
    /// <summary>From whoever follows events of guests: needed from now on, for <see cref="ObservationDesk.Lifetime"/>. Renewed by the same message, at least every 60 s.</summary>
    /// <param name="Key">Whose need: another one of the same key replaces it.</param>
    /// <param name="Aspects">What guests must be looked at for (<see cref="ObservedEvents.AspectsOf"/>); none forgets the need.</param>
    /// <param name="Vms">Which VMs; all if <see langword="null"/>.</param>
    public sealed record Need(string Key, GuestAspects Aspects, TargetSelector? Vms) : INoSerializationVerificationNeeded;

    /// <summary>Not needed any more.</summary>
    public sealed record Forget(string Key) : INoSerializationVerificationNeeded;
}

/// <summary>Only the actor itself and its timers.</summary>
internal static class ObservationSignals
{
    internal sealed class ExpiryDue : ILocalSignal
    {
        public static readonly ExpiryDue Instance = new();

        private ExpiryDue()
        {
        }
    }
}
