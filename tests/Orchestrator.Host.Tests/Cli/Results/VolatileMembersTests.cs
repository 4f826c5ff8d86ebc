using System.Text.RegularExpressions;
using Orchestrator.Host.Cli.Results;
using Orchestrator.Host.Tests.Docs;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary>What is left out of comparisons is in the schema, and in the document.</summary>
public sealed partial class VolatileMembersTests
{
    [Fact]
    public void Member_of_a_guest_command_is_in_its_reply()
    {
        var guest = VolatileMembers.All.Where(entry => entry.Key.StartsWith("guest-", StringComparison.Ordinal)).ToArray();

        Assert.True(guest.Length >= 10);
        foreach (var (command, members) in guest)
        {
            Assert.True(GuestNamespace.BuiltIn.Schema.TryGetCommand(command, out var known), command);
            Assert.All(members, member => Assert.True(Exists(known!.Returns!, [.. MemberPath.Parse(member).Steps]), $"{command} {member}"));
        }
    }

    [Fact]
    public void Document_has_the_table()
    {
        var rows = Row().Matches(Repository.Read("docs/RESULTS.md")).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.Equal(VolatileMembers.All.Keys, rows.Keys);
        Assert.All(VolatileMembers.All, entry => Assert.Equal(string.Join(", ", entry.Value.Select(member => $"`{member}`")), rows[entry.Key]));
    }

    [Fact]
    public void Unknown_command_has_none() => Assert.Empty(VolatileMembers.Of("run").Concat(VolatileMembers.Of(null)));

    private static bool Exists(QapiType type, PathStep[] steps) => (type, steps) switch
    {
        (_, []) => true,
        (QapiArrayType array, [{ Name: null }, .. var rest]) => Exists(array.Element, rest),
        (QapiObjectType @object, [{ Name: { } name }, .. var rest]) => @object.Members.Concat(@object.Branches.Values.SelectMany(branch => branch.Members))
            .Any(member => member.Name == name && Exists(member.Type, rest)),
        _ => false,
    };

    [GeneratedRegex(@"^\| `((?:guest|query)-[a-z-]+)` \| ([^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
