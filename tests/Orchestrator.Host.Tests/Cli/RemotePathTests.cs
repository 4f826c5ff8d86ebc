using Orchestrator.Host.Cli.Copies;

namespace Orchestrator.Host.Tests.Cli;

public class RemotePathTests
{
    [Theory]
    [InlineData("web1:/etc/motd", "web1", "/etc/motd")]
    [InlineData("web1:/a:/b", "web1", "/a:/b")]
    [InlineData("l:role=web:/etc/motd", "l:role=web", "/etc/motd")]
    [InlineData("web* and not l:canary:/x", "web* and not l:canary", "/x")]
    [InlineData("""win1:C:\Users\a b""", "win1", """C:\Users\a b""")]
    [InlineData("web1:/", "web1", "/")]
    public void Selector_ends_where_the_path_begins(string text, string selector, string path) => Assert.Equal(new RemotePath(selector, path), RemotePath.Of(text));

    [Theory]
    [InlineData("file")]
    [InlineData("-")]
    [InlineData("./web1:/x")]
    [InlineData("../web1:/x")]
    [InlineData("/srv/web1:/x")]
    [InlineData("web1:file")]
    [InlineData(":/x")]
    public void Everything_else_is_local(string text) => Assert.Null(RemotePath.Of(text));

    [Theory]
    [InlineData("web1", true)]
    [InlineData("db-1.example", true)]
    [InlineData("web*", false)]
    [InlineData("web[1-3]", false)]
    [InlineData("web1,web2", false)]
    [InlineData("l:role", false)]
    public void Plain_name_means_one_VM(string selector, bool namesOne) => Assert.Equal(namesOne, new RemotePath(selector, "/x").NamesOneVm);

    [Fact]
    public void Name_of_a_VM_leads_out_of_no_directory() =>
        Assert.Equal("/here/x.a_.._b", new RemotePath("a*", "/etc/x").LocalPath("/here", isDirectory: true, "a/../b"));
}
