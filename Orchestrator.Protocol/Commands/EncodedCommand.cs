using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Binding;

namespace Orchestrator.Protocol.Commands;

/// <summary>
/// A command whose arguments passed the schema, encoded once and sent to any number of VMs: only the <c>id</c> differs.
/// Immutable and shared between sessions.
/// </summary>
public sealed class EncodedCommand
{
    private const int MaxIdBytes = 20;
    private readonly byte[] _beforeId;
    private readonly byte[] _afterId;

    private EncodedCommand(string name, byte[] beforeId, byte[] afterId)
    {
        Name = name;
        _beforeId = beforeId;
        _afterId = afterId;
    }

    /// <summary>Name on the wire, e.g. <c>guest-ping</c>.</summary>
    public string Name { get; }

    /// <summary>What it does to the guest: decides on retries and on the effect of a lost answer.</summary>
    public CommandClass Class { get; private init; }

    /// <summary>Whether success is answered; <c>guest-shutdown</c> and its like answer only with errors.</summary>
    public bool SuccessResponse { get; private init; } = true;

    /// <summary>
    /// The agent's synchronization: the sentinel 0xFF clears a predecessor's unfinished text from the agent's parser, and marks the answer
    /// (QEMU, qga/qapi-schema.json, <c>guest-sync-delimited</c>). Its <c>id</c> of 0 tells whether the agent echoes ids.
    /// </summary>
    internal static EncodedCommand Synchronize { get; } = new(
        "guest-sync-delimited",
        [0xFF, .. """{"execute":"guest-sync-delimited","id":0,"arguments":{"id":"""u8],
        [.. "}}\n"u8]);

    private static byte[] EndOfMessage { get; } = [.. "}\n"u8];

    /// <summary>Largest answer accepted, in bytes, derived from what was asked.</summary>
    public long MaxReplyBytes { get; private init; }

    /// <summary>Type of the answer; <see langword="null"/> for commands that return nothing, and for QMP (whose answers QEMU vouches for).</summary>
    public QapiType? Returns { get; private init; }

    /// <summary>Sent past commands that wait (QMP's <c>exec-oob</c>).</summary>
    public bool OutOfBand { get; private init; }

    /// <summary>Whether <see cref="Returns"/> is enforced, as it is for everything a guest says.</summary>
    public bool FromGuest { get; private init; }

    /// <summary>The agent does not know it: it is made out of other commands here.</summary>
    public bool IsComposite { get; private init; }

    /// <summary>The <c>arguments</c> object; of a command of the guest namespace, validated.</summary>
    public ReadOnlyMemory<byte> Arguments { get; private init; }

    /// <summary>Length in bytes of the longest form of the message.</summary>
    public int MaxLength => _beforeId.Length + MaxIdBytes + _afterId.Length;

    /// <summary>The message up to its id, as text: equal for commands that ask the same.</summary>
    public string Question => System.Text.Encoding.UTF8.GetString(_beforeId);

    /// <summary>Encodes a command of the guest namespace.</summary>
    /// <exception cref="QapiValidationException">The arguments do not fit the schema.</exception>
    public static EncodedCommand ForGuest(QapiCommand command, JsonElement arguments)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Checked(command, QapiArguments.Encode(command, arguments));
    }

    /// <summary>The same from UTF-8 JSON.</summary>
    /// <exception cref="QapiValidationException">The arguments do not fit the schema.</exception>
    public static EncodedCommand ForGuest(QapiCommand command, ReadOnlySpan<byte> arguments)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Checked(command, QapiArguments.EncodeJson(command, arguments.IsEmpty ? "{}"u8 : arguments));
    }

    private static EncodedCommand Checked(QapiCommand command, byte[] encoded) =>
        new(command.Name, Prefix("execute"u8, command.Name, encoded), EndOfMessage)
        {
            Class = command.Class,
            SuccessResponse = command.SuccessResponse,
            Returns = command.Returns,
            FromGuest = true,
            IsComposite = command.IsComposite,
            Arguments = encoded,
            MaxReplyBytes = ReplyLimits.ForGuest(command.Name, encoded),
        };

    /// <summary>Encodes a command of the built-in guest namespace by its name.</summary>
    /// <exception cref="ArgumentException">The namespace has no such command.</exception>
    /// <exception cref="QapiValidationException">The arguments do not fit the schema.</exception>
    public static EncodedCommand ForGuest(string name, JsonElement arguments = default) => ForGuest(BuiltIn(name), arguments);

    /// <summary>The same from UTF-8 JSON.</summary>
    /// <exception cref="ArgumentException">The namespace has no such command.</exception>
    /// <exception cref="QapiValidationException">The arguments do not fit the schema.</exception>
    public static EncodedCommand ForGuest(string name, ReadOnlySpan<byte> arguments) => ForGuest(BuiltIn(name), arguments);

    private static QapiCommand BuiltIn(string name) => GuestNamespace.BuiltIn.Schema.TryGetCommand(name, out var command)
        ? command
        : throw new ArgumentException($"there is no command '{name}' in the guest namespace", nameof(name));

    /// <summary>Encodes a QMP command; whether the QEMU that is to run it takes it, that QEMU's <c>QmpVocabulary</c> knows.</summary>
    /// <param name="name">Command name.</param>
    /// <param name="arguments">An object, or nothing.</param>
    /// <param name="outOfBand">Sends it as <c>exec-oob</c>, past commands that wait.</param>
    public static EncodedCommand ForQmp(string name, JsonElement arguments = default, bool outOfBand = false)
    {
        if (arguments.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object))
            throw new QapiValidationException(name, new QapiViolation("arguments", "an object", arguments.ValueKind.ToString()));
        return ForQmp(name, arguments.ValueKind == JsonValueKind.Object ? Reencode(arguments) : [], outOfBand);
    }

    /// <summary>Encodes a QMP command.</summary>
    /// <param name="name">Command name.</param>
    /// <param name="encoded">The <c>arguments</c> object, strict JSON; empty for none.</param>
    /// <param name="outOfBand">Sends it as <c>exec-oob</c>, past commands that wait.</param>
    public static EncodedCommand ForQmp(string name, ReadOnlySpan<byte> encoded, bool outOfBand)
    {
        var arguments = encoded.IsEmpty ? "{}"u8.ToArray() : encoded.ToArray();
        return new EncodedCommand(name, Prefix(outOfBand ? "exec-oob"u8 : "execute"u8, name, arguments), EndOfMessage)
        {
            Class = QapiCommandClasses.OfQmp(name, []),
            OutOfBand = outOfBand,
            Arguments = arguments,
            MaxReplyBytes = ReplyLimits.Qmp,
        };
    }

    /// <summary>Writes the message with its id and line end.</summary>
    /// <param name="span">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="id">Comes back with the answer.</param>
    /// <returns>Number of bytes written.</returns>
    internal int Write(Span<byte> span, long id)
    {
        _beforeId.CopyTo(span);
        Utf8Formatter.TryFormat(id, span[_beforeId.Length..], out var digits);
        _afterId.CopyTo(span[(_beforeId.Length + digits)..]);
        return _beforeId.Length + digits + _afterId.Length;
    }

    /// <summary>Decodes an answer's payload and encodes it afresh from the values.</summary>
    /// <param name="payload">Value of <c>return</c>.</param>
    /// <param name="value">The same, re-marshalled; only when nothing is wrong.</param>
    /// <param name="tokens">How many JSON tokens of a guest were decoded.</param>
    /// <returns>What is wrong; <see langword="null"/> if nothing is.</returns>
    internal QapiViolation? Decode(ReadOnlySpan<byte> payload, out ReadOnlyMemory<byte> value, out int tokens)
    {
        tokens = 0;
        value = EmptyReturn.Value;
        if (payload.SequenceEqual("{}"u8) && Returns is null)
            return null;
        var output = new ArrayBufferWriter<byte>(Math.Max(payload.Length, 16));
        QapiViolation? violation;
        if (FromGuest ? QapiReply.TryRemarshal(Returns, payload, output, QapiLimits.Guest, out violation, out tokens) : QapiReply.TryNormalize(payload, output, QapiLimits.Qemu, out violation))
            violation = FromGuest ? ReplyConsistency.Check(this, output.WrittenSpan) : null;
        value = output.WrittenMemory;
        return violation;
    }

    /// <summary>The answer <c>{}</c>, also given for a command that is confirmed by an event.</summary>
    public static CommandResult.Returned EmptyReturn { get; } = new("{}"u8.ToArray());

    private static byte[] Prefix(ReadOnlySpan<byte> verb, string name, ReadOnlySpan<byte> arguments)
    {
        var output = new ArrayBufferWriter<byte>(64 + name.Length + arguments.Length);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString(verb, name);
        if (!arguments.IsEmpty && !arguments.SequenceEqual("{}"u8))
        {
            writer.WritePropertyName("arguments"u8);
            writer.WriteRawValue(arguments, skipInputValidation: true);
        }
        writer.WritePropertyName("id"u8);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Reencode(JsonElement value)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        value.WriteTo(writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
