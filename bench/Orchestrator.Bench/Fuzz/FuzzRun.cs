using System.Text;

namespace Orchestrator.Bench.Fuzz;

/// <summary>An input that broke a target.</summary>
public sealed record FuzzFinding(string Target, byte[] Input, string Failure);

/// <summary>
/// Tries one target with mutations of inputs that are known to get somewhere. An input with a new result joins them, so that the run feels its
/// way into places that no input was written for. The same seed tries the same inputs.
/// </summary>
public sealed class FuzzRun(IFuzzTarget target, int seed)
{
    private const int MaxInputs = 4096;

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _inputs = [.. target.Seeds];
    private readonly HashSet<string> _results = [];
    private Mutator? _mutator;

    /// <summary>Inputs tried so far.</summary>
    public long Tried { get; private set; }

    /// <summary>Different results so far.</summary>
    public int Results => _results.Count;

    /// <summary>The input that is being tried, for whoever finds that it never ends.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>Tries so many more inputs.</summary>
    /// <returns>The first that broke the target; <see langword="null"/> if none did.</returns>
    public FuzzFinding? Try(int count)
    {
        _mutator ??= new Mutator(_random, target.Words);
        for (; count > 0; count--, Tried++)
        {
            // The seeds themselves first.
            Current = Tried < target.Seeds.Count ? target.Seeds[(int)Tried] : _mutator.Mutate(Pick(), Pick());
            try
            {
                if (_results.Add(target.Try(Current)) && _inputs.Count < MaxInputs)
                    _inputs.Add(Current);
            }
            catch (Exception failure)
            {
                return new FuzzFinding(target.Name, Current, failure.ToString());
            }
        }
        return null;
    }

    private byte[] Pick() => _inputs[_random.Next(_inputs.Count)];

    /// <summary>How deep a violation stands. Its path itself may have names that the input made up, and would be new each time.</summary>
    internal static int Depth(string path) => path.Count(letter => letter is '.' or '[');

    /// <summary>Words of a target, from text.</summary>
    internal static byte[][] WordsOf(params IEnumerable<string> words) => [.. words.Select(Encoding.Latin1.GetBytes)];
}
