using System.Buffers;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>How large a text is in a message between nodes.</summary>
internal static class WireText
{
    private const int Escaped = 6;

    private static readonly SearchValues<char> Plain = SearchValues.Create(" !#$%()*,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Bytes of it as JSON without the quotes, at most.</summary>
    public static int MaxBytes(string? text) => text is null ? 0 : text.AsSpan().ContainsAnyExcept(Plain) ? text.Length * Escaped : text.Length;
}
