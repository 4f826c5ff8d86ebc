using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>What one kind of QEMU understands, by its own <c>query-qmp-schema</c>. Immutable; shared by all VMs of that kind.</summary>
public sealed class QmpVocabulary
{
    private MergedFor? _merged;

    private QmpVocabulary(ReadOnlyMemory<byte> introspection, QapiSchema schema)
    {
        Introspection = introspection;
        Schema = schema;
    }

    /// <summary>Its commands and events; type names are QEMU's masks (<see cref="QapiIntrospection.Read"/>).</summary>
    public QapiSchema Schema { get; }

    /// <summary>The <c>return</c> of <c>query-qmp-schema</c> as QEMU gave it.</summary>
    public ReadOnlyMemory<byte> Introspection { get; }

    /// <summary>Reads an introspection, which is kept.</summary>
    /// <exception cref="QapiIntrospectionException">It is none.</exception>
    public static QmpVocabulary Read(ReadOnlyMemory<byte> introspection) => new(introspection, QapiIntrospection.Read(introspection.Span));

    /// <summary>Checks a QMP command before it is sent: <see langword="null"/> if this QEMU knows it, and its arguments fit.</summary>
    public QmpObjection? Check(EncodedCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (!Schema.TryGetCommand(command.Name, out var known))
            return new QmpObjection(QmpObjectionKind.Unsupported, $"this QEMU has no command '{command.Name}'. {NearestName.Suggestion(command.Name, Schema.Commands.Keys) ?? "Its commands: query-commands"}");
        if (command.OutOfBand && !known.AllowOutOfBand)
            return new QmpObjection(QmpObjectionKind.Unsupported, $"{command.Name} cannot be executed out of band");
        return QapiArguments.Check(known, command.Arguments.Span) is { } violation
            ? new QmpObjection(QmpObjectionKind.Arguments, $"{command.Name}: {violation}")
            : null;
    }

    /// <summary><see cref="MergedIntrospection.Schema"/>, made on first use and kept: a node has one guest namespace.</summary>
    public ReadOnlyMemory<byte> Merged(GuestNamespace guest)
    {
        // A race makes it twice, and the same.
        if (_merged is not { } merged || merged.Guest != guest)
            _merged = merged = new MergedFor(guest, MergedIntrospection.Schema(Introspection.Span, guest));
        return merged.Schema;
    }

    private sealed record MergedFor(GuestNamespace Guest, ReadOnlyMemory<byte> Schema);
}
