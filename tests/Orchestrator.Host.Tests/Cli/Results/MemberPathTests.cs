using System.Text.Json;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

public sealed class MemberPathTests
{
    private static readonly JsonElement Value = JsonElement.Parse("""{"os":{"id":"debian"},"disks":[{"name":"sda","parts":[1,2]},{"name":"sdb"}],"n":null}""");

    [Theory]
    [InlineData("os.id", "\"debian\"")]
    [InlineData("os", "{\"id\":\"debian\"}")]
    [InlineData("disks[].name", "\"sda\" \"sdb\"")]
    [InlineData("disks[0].name", "\"sda\"")]
    [InlineData("disks[1].parts", "")]
    [InlineData("disks[].parts[]", "1 2")]
    [InlineData("disks[0].parts[1]", "2")]
    [InlineData("disks[7].name", "")]
    [InlineData("os.id.x", "")]
    [InlineData("os[]", "")]
    [InlineData("[]", "")]
    [InlineData("n", "null")]
    [InlineData("nothing", "")]
    public void Values_at_a_place_are_selected(string path, string expected) =>
        Assert.Equal(expected, string.Join(' ', MemberPath.Parse(path).Select(Value).Select(found => found.GetRawText())));

    [Fact]
    public void Dot_is_the_whole() => Assert.True(JsonElement.DeepEquals(Value, Assert.Single(MemberPath.Parse(".").Select(Value))));

    [Fact]
    public void List_at_the_root_is_entered() =>
        Assert.Equal(["1", "3"], MemberPath.Parse("[][0]").Select(JsonElement.Parse("[[1,2],[3]]")).Select(found => found.GetRawText()));

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a[")]
    [InlineData("a[x]")]
    [InlineData("a[-1]")]
    [InlineData("a[0")]
    [InlineData("a.[].b")]
    public void Text_that_is_no_place_is_a_usage_error(string text) =>
        Assert.Equal(ExitCodes.Usage, Assert.Throws<CliException>(() => MemberPath.Parse(text)).ExitCode);
}
