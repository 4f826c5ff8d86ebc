namespace Orchestrator.Host.Health;

/// <summary>Asks the node's checks, all at once and each for two seconds at most.</summary>
internal sealed class NodeHealth(IEnumerable<INodeCheck> checks, TimeProvider time)
{
    /// <summary>Longest time of one check.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly INodeCheck[] _checks = [.. checks.OrderBy(check => check.Name, StringComparer.Ordinal)];

    /// <summary>Whether the node lives: only what would be cured by starting it anew.</summary>
    public Task<HealthView> AliveAsync(CancellationToken cancellationToken) => AskAsync(_checks.OfType<ActorsCheck>(), cancellationToken);

    /// <summary>Whether it can do its work.</summary>
    public Task<HealthView> ReadyAsync(CancellationToken cancellationToken) => AskAsync(_checks, cancellationToken);

    private async Task<HealthView> AskAsync(IEnumerable<INodeCheck> asked, CancellationToken cancellationToken)
    {
        var views = await Task.WhenAll(asked.Select(check => AskAsync(check, cancellationToken))).ConfigureAwait(false);
        return new HealthView(views.Select(view => view.Status).DefaultIfEmpty(CheckStatus.Ok).Max(), views);
    }

    private async Task<CheckView> AskAsync(INodeCheck check, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var (status, message) = await check.CheckAsync(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return new CheckView(check.Name, status, message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CheckView(check.Name, CheckStatus.Failing, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new CheckView(check.Name, CheckStatus.Failing, e.Message);
        }
    }
}
