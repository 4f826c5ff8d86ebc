using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>A guest's answer, from its bytes to bytes that are ours: checked against the schema and written anew; beside what System.Text.Json needs for the way there and back.</summary>
public class Decode
{
    private byte[] _json = [];
    private QapiType _type = null!;

    /// <summary>Which answer.</summary>
    [Params(ReplySize.Typical, ReplySize.Large)]
    public ReplySize Reply { get; set; }

    /// <summary>Chooses the answer.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var commands = GuestNamespace.BuiltIn.Schema.Commands;
        (_json, _type) = Reply == ReplySize.Typical
            ? (SampleReplies.OsInfo, commands["guest-get-osinfo"].Returns!)
            : (SampleReplies.FileSystems, commands["guest-get-fsinfo"].Returns!);
    }

    /// <summary>The document model, without any check but that it is JSON.</summary>
    [Benchmark(Baseline = true)]
    public int Dom()
    {
        using var document = JsonDocument.Parse(_json);
        var output = new ArrayBufferWriter<byte>(_json.Length);
        using var writer = new Utf8JsonWriter(output);
        document.RootElement.WriteTo(writer);
        writer.Flush();
        return output.WrittenCount;
    }

    /// <summary>The serializer's generated code: to objects, and from them to text.</summary>
    [Benchmark]
    public int Typed() => Reply == ReplySize.Typical
        ? JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(_json, BaselineJson.Default.BaselineOsInfo)!, BaselineJson.Default.BaselineOsInfo).Length
        : JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(_json, BaselineJson.Default.BaselineFileSystemArray)!, BaselineJson.Default.BaselineFileSystemArray).Length;

    /// <summary>What a session does with an answer.</summary>
    [Benchmark]
    public int Schema()
    {
        var output = new ArrayBufferWriter<byte>(_json.Length);
        QapiReply.TryRemarshal(_type, _json, output, QapiLimits.Guest, out _);
        return output.WrittenCount;
    }

    /// <summary>The typed client's records from an answer; nothing is written.</summary>
    [Benchmark]
    public object Records() => Reply == ReplySize.Typical
        ? QapiJson.Read(_json, (ref reader) => GuestOSInfo.Read(ref reader))
        : QapiJson.Read(_json, (ref reader) => reader.ReadList((ref item) => GuestFilesystemInfo.Read(ref item)));
}
