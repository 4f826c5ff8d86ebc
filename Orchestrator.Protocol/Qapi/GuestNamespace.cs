using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// The guest namespace: all commands of the guest agent up to QEMU 10, the commands and <c>GUEST_*</c> events that Orchestrator adds,
/// and their types. The schema is part of this assembly (<c>Schemas/guest.json</c>).
/// </summary>
public static class GuestNamespace
{
    private static readonly Lazy<QapiSchema> Loaded = new(() => QapiSchema.Load(new EmbeddedSource(), "guest.json"));

    /// <summary>Read on first use.</summary>
    public static QapiSchema Schema => Loaded.Value;

    private sealed class EmbeddedSource : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            using var stream = typeof(GuestNamespace).Assembly.GetManifestResourceStream($"Schemas/{path}");
            using var reader = stream is null ? null : new StreamReader(stream);
            text = reader?.ReadToEnd();
            return text is not null;
        }
    }
}
