using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// All that the nodes of a cluster share, in one PostgreSQL, for one node. What it gives out writes only as long as the claim that it was given out
/// for holds. It goes on after a restart of PostgreSQL by itself. Any thread.
/// </summary>
internal sealed class ClusterStore : IAsyncDisposable
{
    private readonly PostgresConnections _connections;
    private readonly OutputFiles _outputs;
    private readonly TimeProvider _time;

    private ClusterStore(PostgresConnections connections, OutputFiles outputs, TimeProvider time)
    {
        (_connections, _outputs, _time) = (connections, outputs, time);
        Duties = new PostgresDutyStore(connections.Duties);
        Jobs = new PostgresJobReader(connections);
    }

    /// <summary>Who may do what.</summary>
    public IDutyStore Duties { get; }

    /// <summary>The jobs of all nodes, to be read: for gateways.</summary>
    public PostgresJobReader Jobs { get; }

    /// <summary>Connects, and brings the tables up to date; nodes that start together do so one after the other.</summary>
    /// <param name="address">The setting <c>store</c>.</param>
    /// <param name="outputs">This node's directory for what is too large for a row.</param>
    /// <param name="time">Tells the age of history, and measures pauses and deadlines.</param>
    /// <param name="isAgain">Whether this process has done so before: then the server need not answer now.</param>
    /// <exception cref="ServeException">There is no such server, or it refuses; the message says what to do.</exception>
    public static async Task<ClusterStore> OpenAsync(string address, OutputFiles outputs, TimeProvider time, bool isAgain = false) =>
        new(await PostgresConnections.OpenAsync(address, time, isAgain).ConfigureAwait(false), outputs, time);

    /// <summary>The jobs of the claim's partition.</summary>
    /// <param name="claim">Of <c>jobs-0</c> to <c>jobs-Y</c>, or of <c>control</c> for partition Z.</param>
    /// <exception cref="ArgumentException">Another duty.</exception>
    public PostgresPartitionStore JobsOf(DutyClaim claim) => new PostgresPartitionStore(_connections, claim, DutyScopes.PartitionOf(claim.Duty), _outputs, _time);

    /// <summary>Where controllers are. A lost claim is the inner exception of what is thrown.</summary>
    /// <param name="claim">Of <c>control</c>.</param>
    /// <exception cref="ArgumentException">Another duty.</exception>
    public IControllerStore ControllersOf(DutyClaim claim) => new PostgresControllerStore(_connections, OfControl(claim));

    /// <summary>Webhook subscriptions. A lost claim is the inner exception of what is thrown.</summary>
    /// <param name="claim">Of <c>control</c>.</param>
    /// <exception cref="ArgumentException">Another duty.</exception>
    public ISubscriptionStore SubscriptionsOf(DutyClaim claim) => new PostgresSubscriptionStore(_connections, OfControl(claim));

    /// <summary>The leases of a remote VmHost's frozen VMs. A lost claim is the inner exception of what is thrown.</summary>
    /// <param name="claim">Of <c>vmhost-NAME</c>.</param>
    /// <exception cref="ArgumentException">Another duty.</exception>
    public ILeaseStore LeasesOf(DutyClaim claim) => new PostgresLeaseStore(_connections, claim, DutyScopes.VmHostOf(claim.Duty));

    /// <summary>How old outputs are at least before they are swept: a job that only reads is written when there is time, its outputs before it.</summary>
    public static readonly TimeSpan MinSweptAge = TimeSpan.FromHours(1);

    /// <summary>Removes outputs on this node whose job was forgotten, by whichever node.</summary>
    /// <exception cref="JobStoreException">They cannot be removed, or nobody can tell.</exception>
    public Task SweepAsync() => _outputs.SweepAsync(Jobs.ExistsAsync, _time.GetUtcNow() - MinSweptAge);

    /// <summary>Writes what is waiting, and closes the connections.</summary>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private static DutyClaim OfControl(DutyClaim claim) => claim.Duty == DutyScopes.Control
        ? claim
        : throw new ArgumentException($"the duty '{claim.Duty}' has neither controllers nor subscriptions: {DutyScopes.Control} has", nameof(claim));
}
