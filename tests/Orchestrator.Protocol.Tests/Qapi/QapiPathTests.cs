using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Tests.Qapi;

public class QapiPathTests
{
    [Theory]
    [InlineData("main.json", "a.json", "a.json")]
    [InlineData("qapi/main.json", "a.json", "qapi/a.json")]
    [InlineData("qapi/main.json", "../qga/./a.json", "qga/a.json")]
    [InlineData("main.json", "../a.json", "../a.json")]
    [InlineData("/root/main.json", "sub//a.json", "/root/sub/a.json")]
    public void Include_is_resolved_against_its_file(string from, string include, string expected) =>
        Assert.Equal(expected, QapiPath.Resolve(from, include));
}
