using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// A name belongs to one node of a cluster: a claim in the store, whose owner is the node's address. A node takes it before it does anything in the
/// cluster, so that a second of the same name never disturbs the first, and gives it back when it stops.
/// </summary>
internal sealed partial class NodeName(ClusterParts cluster, string name, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<NodeName> log) : BackgroundService
{
    /// <summary>Claims of names: the owner is the address.</summary>
    public const string Prefix = "name-";

    /// <summary>How long a name is kept for a node that does not renew it. One at the same address has it at once.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RenewPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    private DutyClaim? _claim;

    /// <summary>Takes the name for this node.</summary>
    /// <param name="store">Who has which.</param>
    /// <param name="name">The name.</param>
    /// <param name="listen">The node's address.</param>
    /// <exception cref="ServeException">Another node has it, or the store does not answer; the message says who, where, and what to do.</exception>
    public static async Task TakeAsync(IDutyStore store, string name, NodeAddress listen)
    {
        try
        {
            if (await store.ClaimAsync(Prefix + name, listen.ToString(), Lifetime, CancellationToken.None).ConfigureAwait(false) is null)
                throw new ServeException(Taken(name, await HolderAsync(store, name, CancellationToken.None).ConfigureAwait(false)));
        }
        catch (JobStoreException e)
        {
            throw new ServeException($"whether the name '{name}' is free in the cluster is not known: {e.Message}");
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await KeepAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (JobStoreException)
            {
                // Other parts of the node tell that the store is away; nobody else can take the name then.
            }
            await Task.Delay(RenewPause, time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        // A node that was put out starts anew at once, and keeps it.
        if (_claim is not { } claim || cluster.Actors.IsPutOut)
            return;
        try
        {
            using var deadline = new CancellationTokenSource(ReleasePatience, time);
            await cluster.Store.Duties.ReleaseAsync(claim, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JobStoreException or OperationCanceledException)
        {
            // It ends by itself.
        }
    }

    private async Task KeepAsync(CancellationToken stoppingToken)
    {
        var store = cluster.Store.Duties;
        if (_claim is { } claim && await store.RenewAsync(claim, Lifetime, stoppingToken).ConfigureAwait(false))
            return;
        _claim = await store.ClaimAsync(Prefix + name, cluster.Options.Listen.ToString(), Lifetime, stoppingToken).ConfigureAwait(false);
        if (_claim is not null)
            return;
        // This process stood still, or was cut off from the store, for longer than the name lasts.
        cluster.Actors.Refusal = Taken(name, await HolderAsync(store, name, stoppingToken).ConfigureAwait(false));
        LogLost(cluster.Actors.Refusal);
        lifetime.StopApplication();
    }

    private static async Task<string> HolderAsync(IDutyStore store, string name, CancellationToken cancellationToken) =>
        (await store.ListAsync(Prefix + name, cancellationToken).ConfigureAwait(false)).FirstOrDefault(claim => claim.Duty == Prefix + name)?.Owner ?? "an address that is not known any more";

    private static string Taken(string name, string holder) =>
        $"another node of the cluster has the name '{name}': it is at {holder}. Give this one a name of its own ('host', --node); if that node is dead, start this one again {Lifetime.TotalSeconds:0} s after its end";

    [LoggerMessage(1908, LogLevel.Error, "This node stops: {Reason}")]
    private partial void LogLost(string reason);
}
