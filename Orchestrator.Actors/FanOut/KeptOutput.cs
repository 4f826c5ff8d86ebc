namespace Orchestrator.Actors.FanOut;

/// <summary>An output that is kept on disk, beside the store of jobs.</summary>
/// <param name="JobId">Whose it is: it goes when the job is forgotten.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of its bytes; 64 lower-case hexadecimal digits.</param>
public sealed record KeptOutput(string JobId, long Bytes, string Sha256)
{
    /// <summary>Name of the node that has it on its disk; <see langword="null"/> for the one whose store has the outcome.</summary>
    public string? Node { get; init; }
}
