namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Tests on one of the shared guests: each begins when its agent is ready, whatever the one before did to it.</summary>
[Collection(GuestsCollection.Name)]
public abstract class GuestTests(GuestsFixture guests, params string[] vms) : IAsyncLifetime
{
    /// <summary>The shared guests.</summary>
    protected GuestsFixture Guests { get; } = guests;

    public Task InitializeAsync() => Task.WhenAll(vms.Select(Guests.Server.ReadyAsync));

    public Task DisposeAsync() => Task.CompletedTask;
}
