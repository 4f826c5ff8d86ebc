using System.Buffers;
using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>1 MiB of a file, as <c>guest-file-read</c> answers it.</summary>
public class DecodeFile
{
    private static readonly QapiType Type = GuestNamespace.BuiltIn.Schema.Commands["guest-file-read"].Returns!;

    /// <summary>Checked, its base64 too, and written anew.</summary>
    [Benchmark]
    public int Schema()
    {
        var output = new ArrayBufferWriter<byte>(SampleReplies.File.Length);
        QapiReply.TryRemarshal(Type, SampleReplies.File, output, QapiLimits.Guest, out _);
        return output.WrittenCount;
    }
}
