using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Tests.Cli.Output;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""{"b":1,"a":{"d":[{"z":1,"y":2}],"c":null}}""", """{"a":{"c":null,"d":[{"y":2,"z":1}]},"b":1}""")]
    [InlineData("[3,1,2]", "[3,1,2]")]
    [InlineData("1.50", "1.50")]
    [InlineData("\"x\"", "\"x\"")]
    [InlineData("{}", "{}")]
    public void Sorted_value_has_its_members_in_order_and_its_items_as_they_were(string value, string expected) =>
        Assert.Equal(expected, JsonText.Line(JsonText.Sorted(JsonElement.Parse(value))));
}
