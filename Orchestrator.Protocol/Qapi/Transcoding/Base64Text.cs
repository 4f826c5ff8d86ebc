using System.Buffers.Text;

namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>Standard base64 alphabet with padding and nothing else (RFC 4648 section 4); both checks are vectorised.</summary>
internal static class Base64Text
{
    /// <remarks>The runtime's check skips white space, which no agent writes.</remarks>
    public static bool IsValid(ReadOnlySpan<byte> text) => !text.ContainsAny(" \t\r\n"u8) && Base64.IsValid(text);
}
