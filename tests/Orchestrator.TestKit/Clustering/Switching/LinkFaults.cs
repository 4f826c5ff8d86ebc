using System.Collections.Immutable;

namespace Orchestrator.TestKit.Clustering.Switching;

/// <summary>What is wrong with a network's links, as a value: each fault makes a new one, and the switch looks at the newest for every frame. Ports are counted from 0.</summary>
public sealed record LinkFaults
{
    /// <summary>Every link works, at once and without loss.</summary>
    public static LinkFaults None { get; } = new();

    private ImmutableHashSet<(int From, int To)> Cuts { get; init; } = [];

    private ImmutableHashSet<int> Isolated { get; init; } = [];

    private ImmutableDictionary<int, LinkState> SlowPorts { get; init; } = ImmutableDictionary<int, LinkState>.Empty;

    /// <summary>Nothing of what <paramref name="from"/> sends arrives at <paramref name="to"/>; the way back is as it was.</summary>
    public LinkFaults Cut(int from, int to) => this with { Cuts = Cuts.Add((from, to)) };

    /// <summary>Nothing arrives at a port or leaves it.</summary>
    public LinkFaults Isolate(int port) => this with { Isolated = Isolated.Add(port) };

    /// <summary>What leaves a port and what arrives there is late, or lost. Replaces the port's former slowness.</summary>
    /// <param name="port">The port.</param>
    /// <param name="delay">Of each frame, each way: a round trip takes twice as long.</param>
    /// <param name="loss">The chance of each frame to be lost, 0 to 1.</param>
    public LinkFaults Slow(int port, TimeSpan delay, double loss)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (loss is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(loss), loss, "A chance is between 0 and 1.");
        return this with { SlowPorts = SlowPorts.SetItem(port, new LinkState(delay, loss)) };
    }

    /// <summary>How a frame fares from one port to another; <see langword="null"/> if it never arrives.</summary>
    public LinkState? Between(int from, int to)
    {
        if (Cuts.Contains((from, to)) || Isolated.Contains(from) || Isolated.Contains(to))
            return null;
        var (sender, receiver) = (SlowPorts.GetValueOrDefault(from), SlowPorts.GetValueOrDefault(to));
        return new LinkState(sender.Delay + receiver.Delay, 1 - ((1 - sender.Loss) * (1 - receiver.Loss)));
    }
}

/// <summary>How a link treats frames.</summary>
/// <param name="Delay">From sender to receiver.</param>
/// <param name="Loss">The chance of a frame to be lost, 0 to 1.</param>
public readonly record struct LinkState(TimeSpan Delay, double Loss);
