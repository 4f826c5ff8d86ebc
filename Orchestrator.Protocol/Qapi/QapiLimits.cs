namespace Orchestrator.Protocol.Qapi;

/// <summary>What a JSON text may ask of us before it is refused. The size of the whole text is limited by the framing.</summary>
public sealed record QapiLimits
{
    private const int Mebibyte = 1 << 20;

    /// <summary>For everything that comes out of a guest.</summary>
    public static QapiLimits Guest { get; } = new();

    /// <summary>For results of QEMU itself: introspection has a quarter of a million tokens, and QOM paths nest freely.</summary>
    public static QapiLimits Qemu { get; } = new() { MaxDepth = 128, MaxTokens = 2 * Mebibyte, MaxStringBytes = 16 * Mebibyte, MaxArrayItems = Mebibyte };

    /// <summary>For arguments that a caller wants to send.</summary>
    public static QapiLimits Arguments { get; } = new() { MaxStringBytes = 16 * Mebibyte };

    /// <summary>Objects and arrays around a value, 1 to 512. Default 32; no type of the agent needs more than 6.</summary>
    public int MaxDepth
    {
        get;
        init => field = InRange(value, 512, nameof(MaxDepth));
    } = 32;

    /// <summary>Names, values and brackets in the text. Default 262,144.</summary>
    public int MaxTokens { get; init; } = 262_144;

    /// <summary>UTF-8 bytes of one string or member name, escapes resolved, 1 to 32 MiB. Default 1 MiB.</summary>
    public int MaxStringBytes
    {
        get;
        init => field = InRange(value, 32 * Mebibyte, nameof(MaxStringBytes));
    } = Mebibyte;

    /// <summary>Characters of one base64 member, 1 to 128 MiB. Default 96 MiB: the agent reads at most 48 MiB at once, which are 64 MiB of base64.</summary>
    public int MaxBase64Bytes
    {
        get;
        init => field = InRange(value, 128 * Mebibyte, nameof(MaxBase64Bytes));
    } = 96 * Mebibyte;

    /// <summary>Elements of one array. Default 65,536.</summary>
    public int MaxArrayItems { get; init; } = 65_536;

    // Beyond these the JSON reader and writer of the runtime give up with exceptions.
    private static int InRange(int value, int maximum, string name) =>
        value >= 1 && value <= maximum ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is 1 to {maximum}.");
}
