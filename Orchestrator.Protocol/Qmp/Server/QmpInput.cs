namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>One whole message of a client, or what was found in its place.</summary>
/// <param name="Json">The value: strict JSON in ASCII, numbers as they were written. Empty where there is a fault.</param>
/// <param name="Fault">Why there is no value, in QEMU's words; the description of the error to be answered.</param>
/// <param name="OutOfBand">It has <c>exec-oob</c> and not <c>execute</c>: it overtakes what waits.</param>
public sealed record QmpInput(ReadOnlyMemory<byte> Json, string? Fault, bool OutOfBand);
