using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// The guest namespace of a node: all commands of the guest agent up to QEMU 10, the commands and <c>GUEST_*</c> events that Orchestrator adds,
/// and their types. Immutable; made once, when the node starts.
/// </summary>
public sealed class GuestNamespace
{
    private static readonly Lazy<GuestNamespace> Loaded = new(() => new GuestNamespace(QapiSchema.Load(new EmbeddedSource(), "guest.json")));

    private GuestNamespace(QapiSchema schema) => Schema = schema;

    /// <summary>What this assembly itself describes (<c>Schemas/guest.json</c>). Read on first use.</summary>
    public static GuestNamespace BuiltIn => Loaded.Value;

    /// <summary>Commands, events and types by name.</summary>
    public QapiSchema Schema { get; }

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
