using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Api;

/// <summary>A guest's quarantine as the API shows it (docs/API.md).</summary>
public sealed record QuarantineView(DateTimeOffset Since, GuestQuarantineKind Kind, string Reason, IReadOnlyList<EvidenceView> Evidence)
{
    internal static QuarantineView Of(GuestQuarantine quarantine) =>
        new(quarantine.Since, quarantine.Kind, quarantine.Reason, [.. quarantine.Evidence.Select(EvidenceView.Of)]);
}

/// <summary>One thing that a guest sent and should not have: <c>hex</c> is what stood in its message from byte <c>offset</c> on.</summary>
public sealed record EvidenceView(DateTimeOffset Time, string Kind, string? Command, string Path, string Detail, long Offset, string Hex)
{
    internal static EvidenceView Of(GuestEvidence evidence) =>
        new(evidence.Time, evidence.Kind, evidence.Command, evidence.Path, evidence.Detail, evidence.Offset, Convert.ToHexStringLower(evidence.Bytes.Span));
}
