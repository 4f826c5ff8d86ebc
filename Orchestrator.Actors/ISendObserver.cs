namespace Orchestrator.Actors;

/// <summary>Wants to know when a command is given to its connection.</summary>
internal interface ISendObserver
{
    /// <summary>Called once, by the actor that owns the session.</summary>
    void OnSending();
}
