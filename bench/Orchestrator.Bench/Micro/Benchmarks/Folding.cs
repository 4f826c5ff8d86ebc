using System.Globalization;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>What the client does with 10,000 outputs: those that are alike come under one heading. Parsing them is in it, as they come from the server as text.</summary>
public class Folding
{
    private const int Outcomes = 10_000;
    private const int Kinds = 5;

    private readonly TerminalWriter _output = new(TextWriter.Null, isTerminal: false, color: false, () => 0);
    private byte[][] _alike = [];
    private byte[][] _different = [];

    /// <summary>Makes the outcomes' texts.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _alike = [.. Enumerable.Range(0, Outcomes).Select(number => Outcome(number, number % Kinds))];
        _different = [.. Enumerable.Range(0, Outcomes).Select(number => Outcome(number, number))];
    }

    /// <summary>Five different outputs.</summary>
    [Benchmark]
    public int Alike() => Fold(_alike);

    /// <summary>Every output is another.</summary>
    [Benchmark]
    public int Different() => Fold(_different);

    private int Fold(byte[][] outcomes)
    {
        var groups = new OutcomeGroups(IgnoredMembers.None);
        foreach (var outcome in outcomes)
            groups.Add(new OutcomeView(JsonElement.Parse(outcome)));
        FoldedOutcomes.Write(_output, groups);
        return groups.Count;
    }

    private static byte[] Outcome(int number, int kind) => System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$$$"""{"vm":"6d3c2a10-0000-4000-8000-{{{{number:000000000000}}}}","name":"web{{{{number:00000}}}}","host":"local","phase":"Succeeded","effect":"Applied","elapsedMs":4.2,"exec":{"pid":{{{{number + 1000}}}},"exitCode":0,"stdout":{"text":"kernel 6.1.{{{{kind}}}}\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nnginx is active\n","bytes":78,"truncated":false},"stderr":{"text":"","bytes":0,"truncated":false}}}"""));
}
