using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering.Discovery;

/// <summary>All sources of the node's configuration, asked at once and each for so long at most. Any thread.</summary>
internal sealed class ClusterContacts(IReadOnlyList<IContactSource> sources, TimeProvider time)
{
    /// <summary>Longest time of one source.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Nodes of one source that are asked; the rest of them need not be known to join.</summary>
    public const int MostOfOne = 64;

    private volatile IReadOnlyList<ContactAnswer> _last = [];

    /// <summary>What the sources told the last time; empty until they were asked.</summary>
    public IReadOnlyList<ContactAnswer> Last => _last;

    /// <summary>The sources that a configuration names.</summary>
    public static ClusterContacts Of(ClusterOptions options, TimeProvider time) => new(
        [
            .. options.Join.Select(address => new AddressContacts(address)),
            .. options.Services.Select(service => new ServiceContacts(service)),
            .. options.Kubernetes is { } pods ? [new KubernetesContacts(pods, KubernetesServer.OfPod)] : (IContactSource[])[],
        ],
        time);

    /// <summary>Asks them all. One that fails is a trouble in its own answer.</summary>
    public async Task<IReadOnlyList<ContactAnswer>> AskAsync(CancellationToken cancellationToken) =>
        _last = await Task.WhenAll(sources.Select(source => AskAsync(source, cancellationToken))).ConfigureAwait(false);

    private async Task<ContactAnswer> AskAsync(IContactSource source, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var found = await source.FindAsync(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return new ContactAnswer(source.Name, [.. found.Distinct().Take(MostOfOne)], null);
        }
        catch (ContactException e)
        {
            return new ContactAnswer(source.Name, [], e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ContactAnswer(source.Name, [], $"'{source.Name}' of 'join' had no answer within {Patience.TotalSeconds:0} s: see whether who answers for it can be reached");
        }
    }
}

/// <summary>What one source told.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Addresses">Where nodes may be reached; empty if it told nothing.</param>
/// <param name="Trouble">Why it told nothing; <see langword="null"/> if it did.</param>
internal sealed record ContactAnswer(string Source, IReadOnlyList<NodeAddress> Addresses, string? Trouble);
