using CsCheck;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>Several <c>-t</c> and <c>-x</c> become one selector that means the same.</summary>
public sealed class SelectorTextTests
{
    private static readonly string[] Texts =
        ["a", "b*", "?", "a,b", "a or b", "a and not b", "not c", "h:h1", "c or h:h2 and a", "(a or b) and c", "b1", "b[1-2]", "* and not (a or c)"];

    private static readonly Gen<string> Selectors = Gen.Int[0, Texts.Length - 1].Select(index => Texts[index]);

    private static readonly VmSnapshot[] Vms =
        [.. ((string[])["a", "b", "c", "b1", "b2", "other"]).SelectMany(name => ((string[])["h1", "h2"]).Select(host => new VmSnapshot { Name = name, Host = host }))];

    [Fact]
    public void Combination_matches_what_any_matches_and_none_excludes() =>
        Gen.Select(Selectors.Array[1, 3], Selectors.Array[0, 3]).Sample((included, excluded) =>
        {
            var combined = Parse(SelectorText.Combine(included, excluded));
            foreach (var vm in Vms)
                Assert.Equal(included.Any(text => Parse(text).Matches(vm)) && !excluded.Any(text => Parse(text).Matches(vm)), combined.Matches(vm));
        });

    private static TargetSelector Parse(string text) => TargetSelector.TryParse(text, out var selector, out var error) ? selector : throw new FormatException($"{text}: {error.Message}");
}
