namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// The first place where a JSON text departs from its type. For a guest's reply no part holds text of the guest: paths consist of
/// names from the schema and of indexes, values are described by their form.
/// </summary>
/// <param name="Path">For example <c>return[2].ip-addresses[0].prefix</c>; an unknown member is written <c>(unknown member)</c>.</param>
/// <param name="Expected">What the type or a limit asks for.</param>
/// <param name="Actual">What was found.</param>
public sealed record QapiViolation(string Path, string Expected, string Actual)
{
    /// <summary>Where in the text, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>What the sender can do about it; null when <see cref="Expected"/> says all.</summary>
    public string? Hint { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Path}: expected {Expected}, found {Actual}{(Hint is null ? "" : $". {Hint}")}";
}
