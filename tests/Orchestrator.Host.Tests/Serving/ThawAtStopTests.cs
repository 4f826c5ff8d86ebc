using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>A node stops, whatever becomes of what it has frozen.</summary>
public sealed class ThawAtStopTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("thaw", "akka { loglevel = OFF, stdout-loglevel = OFF }");
    private readonly LeaseBook _leases = LeaseBook.InMemory();
    private readonly LocalParts _parts = new() { Logs = new EventLogs(TimeProvider.System) };
    private ThawAtStop _thaw = null!;

    public Task InitializeAsync()
    {
        var node = new Node(ActorRegistry.For(_system), _parts, "a", GuestNamespace.BuiltIn, TimeProvider.System);
        _parts.Add(LocalParts.OwnVms, _system.ActorOf(Inventory.PropsFor()));
        _parts.Add(LocalParts.OwnFreezes, _system.ActorOf(Props.Create(() => new Silent())));
        _thaw = new ThawAtStop(node, _leases, _system, NullLogger<ThawAtStop>.Instance);
        return _leases.PutAsync(new FreezeLease { Id = "L", Group = "G", Host = "a", Vm = "web1", Owner = "me", Ttl = TimeSpan.FromMinutes(1), Deadline = DateTimeOffset.UnixEpoch });
    }

    public async Task DisposeAsync() => await _system.Terminate();

    /// <summary>Its actors are gone with the cluster: it begins anew, and thaws then.</summary>
    [Fact]
    public async Task Node_that_was_put_out_asks_nobody()
    {
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClusterDowningReason.Instance);

        await _thaw.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Thaw_that_takes_too_long_does_not_keep_the_node_from_stopping()
    {
        using var stopped = new CancellationTokenSource();
        var stop = _thaw.StopAsync(stopped.Token);
        Assert.False(stop.IsCompleted);

        await stopped.CancelAsync();

        await stop;
        Assert.NotNull(_leases.Of("a", "web1"));
    }

    private sealed class Silent : ReceiveActor;
}
