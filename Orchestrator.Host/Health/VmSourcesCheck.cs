using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Health;

/// <summary>The node knows which VMs there are.</summary>
internal sealed class VmSourcesCheck(Node node) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "vm-sources";

    /// <inheritdoc/>
    public Task<CheckResult> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Of(node.IsReady, node.SourceTrouble));

    /// <summary>What follows from the looks at the sources.</summary>
    /// <param name="isRead">Whether one has succeeded.</param>
    /// <param name="trouble">Why the last one failed; <see langword="null"/> if it did not.</param>
    internal static CheckResult Of(bool isRead, string? trouble) => (isRead, trouble) switch
    {
        (true, null) => CheckResult.Ok,
        (true, _) => new CheckResult(CheckStatus.Degraded, $"a source of VMs cannot be read, so that VMs that come and go are not noticed: {trouble}"),
        (false, null) => new CheckResult(CheckStatus.Failing, "the sources of VMs have not been read yet"),
        _ => new CheckResult(CheckStatus.Failing, $"a source of VMs cannot be read: {trouble}"),
    };
}
