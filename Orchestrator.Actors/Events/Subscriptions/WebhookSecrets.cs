using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>Keys of a subscription's signatures (Standard Webhooks): the newest, and for a day after a rotation the one before. Never shown in logs.</summary>
public sealed record WebhookSecrets
{
    /// <summary>How long both are used after a rotation.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const string Prefix = "whsec_";
    private const int ShortestBytes = 24;
    private const int LongestBytes = 64;
    private const int NewBytes = 32;

    /// <summary><c>whsec_</c> and base64.</summary>
    public required string Current { get; init; }

    /// <summary>The one before; <see langword="null"/> if there was none.</summary>
    public string? Previous { get; init; }

    /// <summary>Until when <see cref="Previous"/> is used.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>A new secret that cannot be guessed.</summary>
    public static string Create() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NewBytes));

    /// <summary>Whether it is <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
    public static bool IsValid([NotNullWhen(true)] string? secret)
    {
        if (secret?.StartsWith(Prefix, StringComparison.Ordinal) != true)
            return false;
        Span<byte> key = stackalloc byte[LongestBytes + 3];
        return Convert.TryFromBase64String(secret[Prefix.Length..], key, out var length) && length is >= ShortestBytes and <= LongestBytes;
    }

    /// <summary>Bytes of a secret that <see cref="IsValid"/>.</summary>
    public static byte[] KeyOf(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return Convert.FromBase64String(secret[Prefix.Length..]);
    }

    /// <summary>With a new one; the present one is used for a day more.</summary>
    public WebhookSecrets Rotate(string secret, DateTimeOffset now) => new() { Current = secret, Previous = Current, PreviousUntil = now + Overlap };

    /// <summary>Those to sign with now, the newest first.</summary>
    public IReadOnlyList<string> ValidAt(DateTimeOffset now) => Previous is { } previous && now < PreviousUntil ? [Current, previous] : [Current];

    /// <summary>Tells nothing.</summary>
    public override string ToString() => "***";
}
