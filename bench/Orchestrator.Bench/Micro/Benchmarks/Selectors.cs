using System.Collections.Frozen;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>Which of 100,000 VMs a job is for.</summary>
public class Selectors
{
    private const int Vms = 100_000;

    private const string MixedText = "web[000-499]* and l:tier=front and not s:Paused or h:host7 and f:os.id=debian";

    private VmSnapshot[] _vms = [];
    private readonly TargetSelector _all = Parsed("*");
    private readonly TargetSelector _names = Parsed("web[00000-09999] or db*");
    private readonly TargetSelector _mixed = Parsed(MixedText);

    /// <summary>Makes the VMs.</summary>
    [GlobalSetup]
    public void Prepare() => _vms = [.. Enumerable.Range(0, Vms).Select(Vm)];

    /// <summary>Every VM.</summary>
    [Benchmark]
    public int All() => Count(_all);

    /// <summary>By names: a range and a pattern.</summary>
    [Benchmark]
    public int Names() => Count(_names);

    /// <summary>By names, label, state, VmHost and fact together.</summary>
    [Benchmark]
    public int Mixed() => Count(_mixed);

    /// <summary>The text alone.</summary>
    [Benchmark]
    public object Parse() => Parsed(MixedText);

    private int Count(TargetSelector selector)
    {
        var count = 0;
        foreach (var vm in _vms)
        {
            if (selector.Matches(vm))
                count++;
        }
        return count;
    }

    private static TargetSelector Parsed(string text) => TargetSelector.TryParse(text, out var selector, out var error) ? selector : throw new BenchException($"{text}: {error}");

    private static VmSnapshot Vm(int number) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"{(number % 3 == 0 ? "db" : "web")}{number:00000}"),
        Host = string.Create(CultureInfo.InvariantCulture, $"host{number % 16}"),
        State = number % 50 == 0 ? VmState.Paused : VmState.Running,
        Agent = AgentState.Ready,
        Labels = new Dictionary<string, string> { ["tier"] = number % 2 == 0 ? "front" : "back", ["zone"] = "a" }.ToFrozenDictionary(),
        Facts = new Dictionary<string, string> { ["os.id"] = number % 4 == 0 ? "debian" : "fedora", ["agent.version"] = "7.2.22" }.ToFrozenDictionary(),
    };
}
