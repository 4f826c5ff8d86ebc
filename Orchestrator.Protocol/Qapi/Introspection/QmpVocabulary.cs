using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>What one kind of QEMU understands, by its own <c>query-qmp-schema</c>. Immutable; shared by all VMs of that kind.</summary>
public sealed class QmpVocabulary
{
    private QmpVocabulary(QapiSchema schema) => Schema = schema;

    /// <summary>Its commands and events; type names are QEMU's masks (<see cref="QapiIntrospection.Read"/>).</summary>
    public QapiSchema Schema { get; }

    /// <summary>Reads the <c>return</c> of <c>query-qmp-schema</c>.</summary>
    /// <exception cref="QapiIntrospectionException">It is none.</exception>
    public static QmpVocabulary Read(ReadOnlySpan<byte> introspection) => new(QapiIntrospection.Read(introspection));

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
}
