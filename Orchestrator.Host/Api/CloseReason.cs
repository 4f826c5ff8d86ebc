namespace Orchestrator.Host.Api;

/// <summary>Why a WebSocket is closed, as its close frame can hold it.</summary>
internal static class CloseReason
{
    /// <summary>Most that a control frame holds besides its status (RFC 6455, section 5.5).</summary>
    public const int MaxBytes = 123;

    /// <summary>The beginning of the reason that fits, in whole characters.</summary>
    public static string? Fit(string? reason)
    {
        if (reason is null)
            return null;
        var (length, bytes) = (0, 0);
        foreach (var rune in reason.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
                break;
            length += rune.Utf16SequenceLength;
        }
        return reason[..length];
    }
}
