namespace Orchestrator.Bench.Fuzz;

/// <summary>Something that must cope with any bytes.</summary>
public interface IFuzzTarget
{
    /// <summary>Name in reports.</summary>
    string Name { get; }

    /// <summary>Inputs that get far: what is tried grows out of them.</summary>
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Pieces that mean something here, for mutations.</summary>
    IReadOnlyList<byte[]> Words { get; }

    /// <summary>Tries one input.</summary>
    /// <returns>What came of it, in few words: an input with a result not seen before is worth growing from.</returns>
    /// <exception cref="Exception">Any: the input broke something.</exception>
    string Try(byte[] input);
}
