using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

/// <summary>What the reader makes of bytes: the JSON of a message, or "!" and the fault.</summary>
internal static class Inputs
{
    /// <summary>Latin-1: a character is a byte.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>All at once.</summary>
    public static string[] Read(string text, QmpServerOptions? options = null) => Read([Bytes(text)], options);

    /// <summary>In pieces, each a read of its own.</summary>
    public static string[] Read(IEnumerable<byte[]> pieces, QmpServerOptions? options = null)
    {
        var reader = new QmpInputReader(options ?? new QmpServerOptions());
        var found = new List<string>();
        foreach (var piece in pieces)
        {
            var bytes = new ReadOnlySequence<byte>(piece);
            while (reader.Read(ref bytes) is { } input)
                found.Add(input.Fault is null ? Encoding.ASCII.GetString(input.Json.Span) : "!" + input.Fault);
            Assert.True(bytes.IsEmpty);
        }
        return [.. found];
    }

    /// <summary>One message.</summary>
    public static QmpInput One(string text)
    {
        var bytes = new ReadOnlySequence<byte>(Bytes(text));
        return new QmpInputReader(new QmpServerOptions()).Read(ref bytes) ?? throw new InvalidOperationException("no whole message");
    }
}
