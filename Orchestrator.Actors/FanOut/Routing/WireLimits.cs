namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>Sizes of messages between nodes, in bytes; a frame of Akka's remoting holds 128,000. Estimates are never too low.</summary>
internal static class WireLimits
{
    /// <summary>Of one message, as far as it can be chosen.</summary>
    public const int MaxMessage = 48 * 1024;

    /// <summary>Of one message with outcomes: <see cref="MaxItems"/> short ones fit, as they are estimated.</summary>
    public const int MaxOutcomes = 112 * 1024;

    /// <summary>A command of which more goes apart from its dispatches, in pieces of <see cref="CommandPiece"/>.</summary>
    public const int MaxCommand = 16 * 1024;

    /// <summary>Of a command that goes apart.</summary>
    public const int CommandPiece = 32 * 1024;

    /// <summary>A part of an outcome of which more stays on its node's disk.</summary>
    public const int MaxPart = 16 * 1024;

    /// <summary>Outcomes, or steps, in one message.</summary>
    public const int MaxItems = 256;

    private const int Members = 384;
    private const int KeptMembers = 256;

    /// <summary>Bytes as base64.</summary>
    public static int Base64Of(int bytes) => (bytes + 2) / 3 * 4;

    /// <summary>An outcome as JSON.</summary>
    public static int SizeOf(Outcome outcome) =>
        Members + Base64Of(outcome.Result.Length) + SizeOf(outcome.Name) + SizeOf(outcome.Host) + SizeOf(outcome.Message) + SizeOf(outcome.Error?.Class) + SizeOf(outcome.Error?.Description)
        + SizeOf(outcome.ResultKept) + (outcome.Exec is { } exec ? Members + Base64Of(exec.Stdout.Length) + Base64Of(exec.Stderr.Length) + SizeOf(exec.StdoutKept) + SizeOf(exec.StderrKept) : 0);

    /// <summary>Bytes that an outcome holds in memory.</summary>
    public static long HeldBy(Outcome outcome) =>
        Members + outcome.Result.Length + (2L * ((outcome.Message?.Length ?? 0) + (outcome.Error?.Description.Length ?? 0))) + (outcome.Exec?.Stdout.Length ?? 0) + (outcome.Exec?.Stderr.Length ?? 0);

    /// <summary>Whether something of it is too large to cross.</summary>
    public static bool IsLarge(Outcome outcome) =>
        outcome.Result.Length > MaxPart || outcome.Exec is { } exec && (exec.Stdout.Length > MaxPart || exec.Stderr.Length > MaxPart);

    private static int SizeOf(KeptOutput? kept) => kept is null ? 0 : KeptMembers + SizeOf(kept.Node);

    private static int SizeOf(string? text)
    {
        var size = 0;
        // What JSON escapes takes six bytes at most.
        foreach (var character in text ?? "")
            size += char.IsAsciiLetterOrDigit(character) || character is ' ' or '.' or ',' or ':' or '-' or '/' or '_' or ';' or '(' or ')' ? 1 : 6;
        return size;
    }
}
