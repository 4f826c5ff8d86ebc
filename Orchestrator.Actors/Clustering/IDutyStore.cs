namespace Orchestrator.Actors.Clustering;

/// <summary>Who may do what in the cluster: one row per duty, in the store that all nodes share. Any thread.</summary>
public interface IDutyStore
{
    /// <summary>
    /// Takes a duty that nobody has, or whose owner has not renewed it in time; <see langword="null"/> while another has it. A node that asks again
    /// for what it has gets a new epoch: what it was before has been forgotten.
    /// </summary>
    /// <param name="duty">Name of the duty.</param>
    /// <param name="owner">Name of the node.</param>
    /// <param name="lifetime">How long the claim lasts without being renewed, from the store's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FanOut.Storage.JobStoreException">The store cannot be asked.</exception>
    Task<DutyClaim?> ClaimAsync(string duty, string owner, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Keeps it for another lifetime; <see langword="false"/> when another has it, or had it meanwhile.</summary>
    /// <exception cref="FanOut.Storage.JobStoreException">The store cannot be asked.</exception>
    Task<bool> RenewAsync(DutyClaim claim, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Gives it back, so that the next owner need not wait. Nothing happens if it is lost already.</summary>
    /// <exception cref="FanOut.Storage.JobStoreException">The store cannot be asked.</exception>
    Task ReleaseAsync(DutyClaim claim, CancellationToken cancellationToken);

    /// <summary>The claims that hold now, of duties whose names begin so.</summary>
    /// <exception cref="FanOut.Storage.JobStoreException">The store cannot be asked.</exception>
    Task<IReadOnlyList<DutyClaim>> ListAsync(string prefix, CancellationToken cancellationToken);
}
