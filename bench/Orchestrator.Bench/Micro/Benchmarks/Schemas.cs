using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>What a node reads when it starts, and when it meets a kind of QEMU for the first time.</summary>
public class Schemas
{
    private static readonly byte[] Introspection = QapiIntrospection.Write(GuestNamespace.BuiltIn.Schema);

    /// <summary>The guest namespace from its schema files.</summary>
    [Benchmark]
    public object Load() => GuestNamespace.Load([]);

    /// <summary>A vocabulary of the same size, from an answer to <c>query-qmp-schema</c>.</summary>
    [Benchmark]
    public object Introspect() => QmpVocabulary.Read(Introspection);
}
