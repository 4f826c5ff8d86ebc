using System.Text;
using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>1 MiB to be written to a file, as <c>guest-file-write</c> takes it.</summary>
public class EncodeFile
{
    private static readonly byte[] Json = Encoding.UTF8.GetBytes($$"""{"handle": 1000, "buf-b64": "{{SampleReplies.Base64()}}"}""");
    private static readonly QapiCommand FileWrite = GuestNamespace.BuiltIn.Schema.Commands["guest-file-write"];

    /// <summary>Checked, its base64 too, and encoded, once per job.</summary>
    [Benchmark]
    public object Job() => EncodedCommand.ForGuest(FileWrite, Json);
}
