using System.Reflection;
using System.Text.RegularExpressions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Docs;

/// <summary>What the documents name must be there: types, reasons, phases, files.</summary>
public sealed partial class DocumentNamesTests
{
    private static readonly string[] Outcomes =
        [.. Enum.GetNames<Phase>(), .. Enum.GetNames<Effect>(), .. Enum.GetNames<CommandClass>(), .. ReasonCodes()];

    /// <summary>Not of this code: QEMU's and the agent's own error classes.</summary>
    private static readonly string[] WireNames = ["CommandNotFound", "GenericError"];

    [Theory]
    [InlineData("docs/ARCHITECTURE.md", 35)]
    [InlineData("README.md", 6)]
    [InlineData("docs/CONTRIBUTING.md", 2)]
    [InlineData("docs/CONTROLLERS.md", 4)]
    [InlineData("docs/TRUST.md", 3)]
    [InlineData("docs/CLUSTER.md", 1)]
    public void Type_named_in_a_document_exists(string document, int atLeast)
    {
        var types = Types();
        var named = PascalCase(document);

        Assert.Empty(named.Except([.. types, .. Outcomes, .. WireNames]));
        Assert.True(named.Count(types.Contains) >= atLeast, $"{document} names only {named.Count(types.Contains)} types");
    }

    [Fact]
    public void Outcomes_document_has_a_row_for_every_reason()
    {
        var rows = ReasonRow().Matches(Repository.Read("docs/OUTCOMES.md")).Select(match => match.Groups[1].Value).ToArray();

        Assert.Empty(ReasonCodes().Except(rows));
        Assert.Equal(rows.Distinct(), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Outcomes_document_names_only_outcomes_that_exist() =>
        Assert.Empty(PascalCase("docs/OUTCOMES.md").Except([.. Outcomes, .. WireNames]));

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/ARCHITECTURE.md")]
    [InlineData("docs/CONTRIBUTING.md")]
    [InlineData("docs/CONTROLLERS.md")]
    [InlineData("docs/OPERATIONS.md")]
    [InlineData("docs/OUTCOMES.md")]
    [InlineData("docs/TRUST.md")]
    [InlineData("docs/CLUSTER.md")]
    [InlineData("config/examples/three-machines/README.md")]
    public void File_named_in_a_document_exists(string document)
    {
        var directory = Path.GetDirectoryName(document)!;
        var links = Link().Matches(Repository.Read(document)).Select(match => Path.Combine(directory, match.Groups[1].Value));
        var paths = RepositoryPath().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value);

        Assert.All(links.Concat(paths), path => Assert.True(Path.Exists(Repository.PathOf(path)), $"{document} names {path}, which is not there"));
    }

    private static string[] PascalCase(string document) =>
        [.. Name().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value).Distinct()];

    private static HashSet<string> Types() =>
    [
        .. ((Assembly[])[typeof(Server).Assembly, typeof(VmSnapshot).Assembly, typeof(QapiSchema).Assembly, typeof(TimeProvider).Assembly])
            .SelectMany(assembly => assembly.GetTypes())
            .Select(type => type.Name),
    ];

    private static IEnumerable<string> ReasonCodes() =>
        typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

    // In code or in a node of a picture. Two words at least, as a type or a reason has; a single capitalized word may be anything.
    [GeneratedRegex("""(?:`|\[")([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)(?:`|<br/>|"|,)""")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\| `([A-Za-z]+)` \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex ReasonRow();

    [GeneratedRegex(@"\]\(([^)#:]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:Orchestrator\.\w+|config|docs|tests|bench)/[\w./-]*)`")]
    private static partial Regex RepositoryPath();
}
