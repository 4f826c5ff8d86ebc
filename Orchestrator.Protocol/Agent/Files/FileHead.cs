namespace Orchestrator.Protocol.Agent.Files;

/// <summary>What is known of a file before its first byte is passed on.</summary>
/// <param name="Size">In bytes; <see langword="null"/> where the guest cannot tell (files of <c>/proc</c>, devices).</param>
/// <param name="Sha256">In lower-case hex; <see langword="null"/> where the guest cannot tell.</param>
public sealed record FileHead(long? Size, string? Sha256);
