using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>A command's way out: encoded once for a job, then completed for each VM.</summary>
public class Encode
{
    private const string ExecArguments = """{"path": "/bin/sh", "arg": ["-c", "systemctl is-active nginx && uptime"], "capture-output": true}""";

    private static readonly byte[] ExecJson = Encoding.UTF8.GetBytes(ExecArguments);
    private static readonly QapiCommand Exec = GuestNamespace.BuiltIn.Schema.Commands["guest-exec"];
    private static readonly EncodedCommand Encoded = EncodedCommand.ForGuest(Exec, ExecJson);
    private readonly byte[] _message = new byte[Encoded.MaxLength];

    /// <summary>The document model: the arguments are parsed, put into a message and written. Nothing is checked.</summary>
    [Benchmark(Baseline = true)]
    public int Dom()
    {
        var message = new JsonObject { ["execute"] = "guest-exec", ["arguments"] = JsonNode.Parse(ExecJson), ["id"] = 1 };
        return JsonSerializer.SerializeToUtf8Bytes(message).Length;
    }

    /// <summary>The serializer's generated code: the arguments to objects, and the message from them.</summary>
    [Benchmark]
    public int Typed()
    {
        var arguments = JsonSerializer.Deserialize(ExecJson, BaselineJson.Default.BaselineExecArguments)!;
        return JsonSerializer.SerializeToUtf8Bytes(new BaselineExec("guest-exec", arguments, 1), BaselineJson.Default.BaselineExec).Length;
    }

    /// <summary>Checked against the schema and encoded, once per job.</summary>
    [Benchmark]
    public object Job() => EncodedCommand.ForGuest(Exec, ExecJson);

    /// <summary>The message of one VM.</summary>
    [Benchmark]
    public int Vm() => Encoded.Write(_message, 8_203_514_993_017_229_911);
}
