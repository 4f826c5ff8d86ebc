using System.Buffers;
using System.Globalization;
using System.Text;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>How large an event is between nodes, told without writing it: never less than it is.</summary>
internal static class EventSize
{
    /// <summary>Names of members, numbers, times and UUIDs.</summary>
    private const int Frame = 640;

    private const int Escaped = 6;

    /// <summary>Quotes, colon and comma of a pair of texts.</summary>
    private const int Pair = 6;

    private static readonly SearchValues<char> Plain = SearchValues.Create(" !#$%()*,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Bytes, at most.</summary>
    public static int Of(FleetEvent happened)
    {
        var size = Frame + happened.Data.Length + Of(happened.Host) + Of(happened.VmName) + Of(happened.Name) + Of(happened.Controller);
        if (happened.Seen is not { } seen)
            return size;
        size += Of(seen.Host) + Of(seen.Name);
        foreach (var (key, value) in seen.Labels)
            size += Of(key) + Of(value) + Pair;
        foreach (var (key, value) in seen.Facts)
            size += Of(key) + Of(value) + Pair;
        return size;
    }

    /// <summary>What stands in the place of data that are too large for the way between nodes.</summary>
    /// <param name="bytes">How large they are.</param>
    public static byte[] CutData(int bytes) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"cut":true,"bytes":{{bytes}}}"""));

    private static int Of(string? text) => text is null ? 0 : text.AsSpan().ContainsAnyExcept(Plain) ? text.Length * Escaped : text.Length;
}
