using System.Reflection;
using System.Text.RegularExpressions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Cli.Diagnosis;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Cli.Diagnosis;

public sealed partial class ReasonHintsTests
{
    [Fact]
    public void Every_reason_has_a_hint() => Assert.Empty(
        typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).Except(ReasonHints.All.Keys));

    [Fact]
    public void Hints_are_those_of_the_document_word_for_word()
    {
        var document = Repository.Read("docs/OUTCOMES.md");
        var rows = Row().Matches(document[document.IndexOf("## Reasons, and what to do", StringComparison.Ordinal)..]).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.Equal(rows.OrderBy(row => row.Key, StringComparer.Ordinal), ReasonHints.All.OrderBy(hint => hint.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("AgentFrozen", "web1", "Thaw first: 'orchestrator ga -t web1 guest-fsfreeze-thaw'.")]
    [InlineData("AgentFrozen", "x; rm -rf /", "Thaw first: 'orchestrator ga -t VM guest-fsfreeze-thaw'.")]
    [InlineData("AgentFrozen", "$1", "Thaw first: 'orchestrator ga -t VM guest-fsfreeze-thaw'.")]
    [InlineData("VmLost", "web1", "The VM ended, crashed or left while it had the command.")]
    [InlineData("ReasonOfALaterVersion", "web1", null)]
    [InlineData(null, "web1", null)]
    public void Hint_names_the_vm_in_its_commands(string? reason, string vm, string? expected) => Assert.Equal(expected, ReasonHints.OfVm(reason, vm));

    [Fact]
    public void Hint_for_several_vms_names_none() => Assert.Contains("'orchestrator vm release VM'", ReasonHints.Of("GuestQuarantined", null));

    [GeneratedRegex(@"^\| `([A-Za-z]+)` \| ([^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
