using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>A server's messages, each a line of ASCII with its line end (QMP specification, section 2.1).</summary>
public static class QmpMessages
{
    /// <summary>The first message of a connection.</summary>
    /// <param name="greeting">What the VM's own QEMU said.</param>
    public static ReadOnlyMemory<byte> Greeting(QmpGreeting greeting)
    {
        ArgumentNullException.ThrowIfNull(greeting);
        var message = new ArrayBufferWriter<byte>();
        var version = greeting.Version.Split('.');
        WriteAscii(message, $$"""{"QMP": {"version": {"qemu": {"micro": {{version[2]}}, "minor": {{version[1]}}, "major": {{version[0]}}}, "package": """);
        QmpText.Write(greeting.Package, message);
        message.Write(greeting.OffersOutOfBand ? "}, \"capabilities\": [\"oob\"]}}\r\n"u8 : "}, \"capabilities\": []}}\r\n"u8);
        return message.WrittenMemory;
    }

    /// <summary>Success.</summary>
    /// <param name="value">The value of <c>return</c>: valid JSON.</param>
    /// <param name="id">The request's.</param>
    public static ReadOnlyMemory<byte> Return(ReadOnlySpan<byte> value, ReadOnlySpan<byte> id)
    {
        var message = new ArrayBufferWriter<byte>(value.Length + id.Length + 32);
        message.Write("{\"return\": "u8);
        QmpText.CopyAsAscii(value, message);
        if (!id.IsEmpty)
        {
            message.Write(", \"id\": "u8);
            message.Write(id);
        }
        message.Write("}\r\n"u8);
        return message.WrittenMemory;
    }

    /// <summary>Failure.</summary>
    /// <param name="error">Class and description.</param>
    /// <param name="id">The request's.</param>
    public static ReadOnlyMemory<byte> Error(CommandError error, ReadOnlySpan<byte> id)
    {
        ArgumentNullException.ThrowIfNull(error);
        var message = new ArrayBufferWriter<byte>();
        message.Write("{"u8);
        if (!id.IsEmpty)
        {
            message.Write("\"id\": "u8);
            message.Write(id);
            message.Write(", "u8);
        }
        message.Write("\"error\": {\"class\": "u8);
        QmpText.Write(error.Class, message);
        message.Write(", \"desc\": "u8);
        QmpText.Write(error.Description, message);
        message.Write("}}\r\n"u8);
        return message.WrittenMemory;
    }

    /// <summary>Something happened.</summary>
    /// <param name="name">Event name.</param>
    /// <param name="data">The value of <c>data</c>: valid JSON, or empty.</param>
    /// <param name="timestamp">When; <see langword="null"/> if the host's clock failed, which QEMU writes as -1.</param>
    public static ReadOnlyMemory<byte> Event(string name, ReadOnlySpan<byte> data, DateTimeOffset? timestamp)
    {
        var message = new ArrayBufferWriter<byte>();
        var microseconds = timestamp is { } time ? (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : 0;
        WriteAscii(message, timestamp is null
            ? "{\"timestamp\": {\"seconds\": -1, \"microseconds\": -1}"
            : $"{{\"timestamp\": {{\"seconds\": {microseconds / 1_000_000}, \"microseconds\": {microseconds % 1_000_000}}}");
        message.Write(", \"event\": "u8);
        QmpText.Write(name, message);
        if (!data.IsEmpty)
        {
            message.Write(", \"data\": "u8);
            QmpText.CopyAsAscii(data, message);
        }
        message.Write("}\r\n"u8);
        return message.WrittenMemory;
    }

    private static void WriteAscii(ArrayBufferWriter<byte> message, string text) => Encoding.ASCII.GetBytes(text.AsSpan(), message);
}
