using System.Text.Json;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

public sealed class IgnoredMembersTests
{
    [Theory]
    [InlineData("a", """{"a":1,"b":{"a":2,"c":3}}""", """{"b":{"c":3}}""", "a")]
    [InlineData("b.a", """{"a":1,"b":{"a":2,"c":3}}""", """{"a":1,"b":{"c":3}}""", "b.a")]
    [InlineData("[].x", """[{"x":1,"y":2},{"y":3}]""", """[{"y":2},{"y":3}]""", "[].x")]
    [InlineData("[0].x", """[{"x":1,"y":2},{"x":3}]""", """[{"y":2},{"x":3}]""", "[0].x")]
    [InlineData("l[]", """{"l":[1,2]}""", """{"l":[]}""", "l[]")]
    [InlineData("b.a", """{"b":[{"a":1}]}""", """{"b":[{"a":1}]}""", "")]
    [InlineData("z", """{"a":"\u001b"}""", """{"a":"\u001b"}""", "")]
    public void Members_at_the_place_are_left_out(string path, string value, string expected, string left)
    {
        var (stripped, were) = new IgnoredMembers([MemberPath.Parse(path)]).Strip(JsonElement.Parse(value));

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), stripped!.Value), stripped.Value.GetRawText());
        Assert.Equal(left, string.Join(' ', were));
    }

    [Fact]
    public void Whole_value_is_nothing()
    {
        var (stripped, were) = IgnoredMembers.Of("guest-get-time", []).Strip(JsonElement.Parse("17"));

        Assert.Null(stripped);
        Assert.Equal(["."], were);
    }

    [Fact]
    public void Volatile_and_asked_members_come_together()
    {
        var (stripped, were) = IgnoredMembers.Of("guest-get-fsinfo", ["name", "[].used-bytes"]).Strip(JsonElement.Parse("""[{"name":"vda1","used-bytes":5,"type":"ext4"}]"""));

        Assert.Equal("""[{"type":"ext4"}]""", stripped!.Value.GetRawText());
        Assert.Equal(["[].used-bytes", "name"], were);
    }
}
