using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>What a source's <c>query-migrate</c> says (QEMU, qapi/migration.json, MigrationInfo).</summary>
/// <param name="Status">MigrationStatus, verbatim: <c>none</c>, <c>setup</c>, <c>active</c>, <c>pre-switchover</c>, <c>device</c>, <c>postcopy-active</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>, …</param>
public sealed record MigrationStatus(string Status)
{
    /// <summary>Before the first.</summary>
    public static readonly MigrationStatus None = new("none");

    /// <summary>Bytes of guest memory; 0 before they are known.</summary>
    public long Total { get; init; }

    /// <summary>Bytes that are still to be copied.</summary>
    public long Remaining { get; init; }

    /// <summary>Bytes that were sent.</summary>
    public long Transferred { get; init; }

    /// <summary>How often the guest's changes were looked for: 1 during the first pass.</summary>
    public long Passes { get; init; }

    /// <summary>Bytes per second, as QEMU measures; 0 before it has.</summary>
    public double Bandwidth { get; init; }

    /// <summary>How long the guest stood still; known some time after the end.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Since it began, with the end included once <see cref="Downtime"/> is known.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>QEMU's words for a failure.</summary>
    public string? Error { get; init; }

    /// <summary>Share of guest memory that is as it is at the source, 0 to 100; 0 before anything is known.</summary>
    public double Percent => Total <= 0 ? 0 : Math.Clamp(100.0 * (Total - Remaining) / Total, 0, 100);

    /// <summary>Whether QEMU has a migration that has not ended.</summary>
    public bool IsUnderWay => Status is not ("none" or "completed" or "failed" or "cancelled");

    /// <summary>From an answer to <c>query-migrate</c>; <see langword="null"/> if it is none.</summary>
    public static MigrationStatus? Read(CommandResult answer)
    {
        if (answer is not CommandResult.Returned returned)
            return null;
        var read = JsonElement.Parse(returned.Value.Span);
        if (read.ValueKind != JsonValueKind.Object)
            return null;
        var ram = read.TryGetProperty("ram", out var told) ? told : default;
        var status = Text(read, "status") ?? "none";
        var elapsed = Number(read, "total-time");
        return new MigrationStatus(status)
        {
            Total = Number(ram, "total"),
            Remaining = Number(ram, "remaining"),
            Transferred = Number(ram, "transferred"),
            Passes = Number(ram, "dirty-sync-count"),
            Bandwidth = Fraction(ram, "mbps") * 125_000,
            Downtime = status == "completed" && elapsed > 0 ? TimeSpan.FromMilliseconds(Number(read, "downtime")) : null,
            Elapsed = elapsed > 0 ? TimeSpan.FromMilliseconds(elapsed) : null,
            Error = Text(read, "error-desc"),
        };
    }

    /// <summary>Name of an event of QMP, and its status if it tells one.</summary>
    internal static (string? Name, string? Status) ReadEvent(ReadOnlySpan<byte> message)
    {
        var read = JsonElement.Parse(message);
        return (Text(read, "event"), read.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? Text(data, "status") : null);
    }

    /// <summary>The same with a newer status, as an event tells it, which tells no times.</summary>
    public MigrationStatus At(string status) => this with { Status = status, Elapsed = null, Downtime = null };

    /// <summary>The newest, without losing numbers that QEMU forgets when a migration fails.</summary>
    public MigrationStatus Then(MigrationStatus newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        return newer.Total > 0 ? newer : newer with { Total = Total, Remaining = Remaining, Transferred = Transferred, Passes = Passes, Bandwidth = Bandwidth };
    }

    private static string? Text(JsonElement of, string member) =>
        of.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement of, string member) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member, out var value) && value.TryGetInt64(out var number) ? number : 0;

    private static double Fraction(JsonElement of, string member) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member, out var value) && value.TryGetDouble(out var number) ? number : 0;
}
