using System.Globalization;
using System.Text;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>How large an event is between nodes, told without writing it: never less than it is.</summary>
internal static class EventSize
{
    /// <summary>Names of members, numbers, times and UUIDs.</summary>
    private const int Frame = 640;

    /// <summary>Quotes, colon and comma of a pair of texts.</summary>
    private const int Pair = 6;

    /// <summary>Bytes, at most.</summary>
    public static int Of(FleetEvent happened)
    {
        var size = Frame + happened.Data.Length + WireText.MaxBytes(happened.Host) + WireText.MaxBytes(happened.VmName) + WireText.MaxBytes(happened.Name) + WireText.MaxBytes(happened.Controller);
        if (happened.Seen is not { } seen)
            return size;
        size += WireText.MaxBytes(seen.Host) + WireText.MaxBytes(seen.Name);
        foreach (var (key, value) in seen.Labels)
            size += WireText.MaxBytes(key) + WireText.MaxBytes(value) + Pair;
        foreach (var (key, value) in seen.Facts)
            size += WireText.MaxBytes(key) + WireText.MaxBytes(value) + Pair;
        return size;
    }

    /// <summary>What stands in the place of data that are too large for the way between nodes.</summary>
    /// <param name="bytes">How large they are.</param>
    public static byte[] CutData(int bytes) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"cut":true,"bytes":{{bytes}}}"""));
}
