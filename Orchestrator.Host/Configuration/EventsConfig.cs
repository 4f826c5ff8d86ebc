using System.Globalization;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>How much of the event log is kept: whichever is reached first.</summary>
public sealed class EventsConfig
{
    private const long MaxMegabytes = 1 << 20;

    /// <summary>On disk, about: a number and <c>MiB</c> or <c>GiB</c>; <c>256MiB</c> by default, <c>1MiB</c> or more.</summary>
    public string Size { get; set => field = value ?? "256MiB"; } = "256MiB";

    /// <summary>Since the event: a number and <c>m</c>, <c>h</c> or <c>d</c>; <c>7d</c> by default.</summary>
    public string Age { get; set => field = value ?? "7d"; } = "7d";

    /// <summary>As the log takes it.</summary>
    /// <param name="path">The configuration's, for the error.</param>
    /// <exception cref="ServeException">A value is out of its range.</exception>
    internal EventRetention Retention(string path)
    {
        var unit = Size.AsSpan().TrimStart("0123456789.");
        var factor = unit switch
        {
            "MiB" => 1.0,
            "GiB" => 1024.0,
            _ => double.NaN,
        };
        if (!double.TryParse(Size.AsSpan(0, Size.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * factor is not (>= 1 and <= MaxMegabytes))
            throw new ServeException($"{path}: 'size' of 'events' is '{Size}': write a size from 1MiB to 1024GiB, such as 256MiB or 2GiB");
        return new EventRetention((long)(number * factor * (1 << 20)), ConfigAge.Parse(Age, path, "events"));
    }
}
