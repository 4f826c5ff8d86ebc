using System.Text;

namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>Names of the schema language are ASCII; text that is not cannot be one of them.</summary>
internal static class AsciiText
{
    public static string? OrNull(ReadOnlySpan<byte> text) => Ascii.IsValid(text) ? Encoding.ASCII.GetString(text) : null;
}
