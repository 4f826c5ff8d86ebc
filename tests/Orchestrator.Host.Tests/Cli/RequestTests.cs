using System.Text;
using System.Text.Json;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>What the client asks the server for.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private const string Schema = """
        {"name":"guest-demo","arguments":[{"name":"path","type":"str"},{"name":"count","type":"int","optional":true},{"name":"ratio","type":"number","optional":true},
        {"name":"force","type":"bool","optional":true},{"name":"mountpoints","type":"[str]","optional":true},{"name":"sizes","type":"[int]","optional":true},
        {"name":"buf-b64","type":"str","base64":true},{"name":"whence","type":"GuestFileWhence"},{"name":"keys","type":"[KeyValue]"},{"name":"big","type":"uint64"}],"returns":"int","class":"file.write"}
        """;

    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.WithJob("Succeeded", Samples.Succeeded("web01")).On("GET", "/v1/schemas/guest-demo", Schema).On("GET", "/v1/vms", """{"items":[]}""");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("-t web*", "web*")]
    [InlineData("--all", "*")]
    [InlineData("-t web* -t db1", "web* or db1")]
    [InlineData("-t web* -x web3", "web* and not web3")]
    [InlineData("--all -x a,b -x c", "* and not ((a,b) or c)")]
    [InlineData("-t l:role=web&h:node1 -t not%20db1 -x s:state=Paused", "((l:role=web&h:node1) or (not db1)) and not s:state=Paused")]
    [InlineData("-t web[01-20]", "web[01-20]")]
    [InlineData("-t -", "n[1-3],'my vm'")]
    [InlineData("-t a -x -", "a and not (n[1-3],'my vm')")]
    public async Task Targets_become_one_selector(string options, string expected)
    {
        var run = new CliRun { Server = _server.SocketPath, Input = "n1\n\n# comment\n n2 \r\nn3\nmy vm" };

        Assert.Equal(0, await run.RunAsync(["ping", .. options.Split(' ').Select(Uri.UnescapeDataString)]));
        Assert.Equal(expected, Body().GetProperty("target").GetString());
        Assert.True(TargetSelector.TryParse(expected, out _, out var error), error?.ToString());
    }

    [Fact]
    public async Task Target_list_in_a_file_is_read()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "web01\nweb02\n");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync("ping", "-t", "^" + file));
        Assert.Equal("web[01-02]", Body().GetProperty("target").GetString());
        File.Delete(file);
    }

    [Fact]
    public async Task Target_list_without_names_means_no_targets()
    {
        var run = new CliRun { Server = _server.SocketPath, Input = "\n# nobody\n" };

        Assert.Equal(3, await run.RunAsync("ping", "-t", "-"));
        Assert.Contains("no targets", run.Error);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Selector_of_a_listing_is_escaped_in_the_query()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("vm", "ls", "-t", "a&b c"));
        Assert.Equal("/v1/vms?target=a%26b%20c", _server.Single("GET", "/v1/vms").PathAndQuery);
    }

    [Fact]
    public async Task Vm_name_is_escaped_in_the_path()
    {
        await CliRun.Against(_server).RunAsync("vm", "get", "../jobs");

        Assert.Equal("/v1/vms/..%2Fjobs", Assert.Single(_server.Requests).PathAndQuery);
    }

    [Fact]
    public async Task Job_is_asked_for_as_a_stream_with_its_timeout()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("ping", "--all", "--timeout", "1.5s"));

        var request = _server.Single("POST", "/v1/jobs");
        Assert.Equal("application/x-ndjson", request.Accept);
        Assert.Equal("""{"target":"*","command":"guest-ping","timeoutMs":1500}""", request.Body);
    }

    [Theory]
    [InlineData("path=/etc/a=b", """{"path":"/etc/a=b"}""")]
    [InlineData("path=42", """{"path":"42"}""")]
    [InlineData("count=-42", """{"count":-42}""")]
    [InlineData("ratio=1.5", """{"ratio":1.5}""")]
    [InlineData("force=true count=0", """{"force":true,"count":0}""")]
    [InlineData("""mountpoints=["/a","/b"]""", """{"mountpoints":["/a","/b"]}""")]
    [InlineData("mountpoints=/a mountpoints=/b", """{"mountpoints":["/a","/b"]}""")]
    [InlineData("sizes=1 sizes=2", """{"sizes":[1,2]}""")]
    [InlineData("buf-b64=aGVsbG8=", """{"buf-b64":"aGVsbG8="}""")]
    [InlineData("buf-b64:text=hello", """{"buf-b64":"aGVsbG8="}""")]
    [InlineData("whence=set", """{"whence":"set"}""")]
    [InlineData("whence=1", """{"whence":1}""")]
    [InlineData("whence:str=1", """{"whence":"1"}""")]
    [InlineData("""keys=[{"key":"a"}]""", """{"keys":[{"key":"a"}]}""")]
    [InlineData("big=18446744073709551615", """{"big":18446744073709551615}""")]
    public async Task Guest_arguments_follow_the_schema(string arguments, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync(["ga", "guest-demo", .. arguments.Split(' '), "--all"]));
        Assert.Equal(expected, Body().GetProperty("arguments").GetRawText());
    }

    [Theory]
    [InlineData("nope=1", "has no argument 'nope'; it takes path (str), count (int)")]
    [InlineData("count=many", "'count' wants a whole number, not 'many'")]
    [InlineData("count=99999999999999999999", "a whole number")]
    [InlineData("ratio=NaN", "a number")]
    [InlineData("force=yes", "'force' wants true or false, not 'yes'")]
    [InlineData("path=a path=b", "given 2 times")]
    [InlineData("path:text=a", "base64 on the wire")]
    [InlineData("path:hex=a", "known are :text")]
    [InlineData("keys={", "wants JSON")]
    [InlineData("mountpoints=[", "wants JSON")]
    public async Task Guest_argument_that_does_not_fit_is_a_usage_error(string arguments, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(["ga", "guest-demo", .. arguments.Split(' '), "--all"]));
        Assert.Contains(expected, run.Error);
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task Guest_command_without_a_schema_is_told_by_the_server()
    {
        _server.OnProblem("GET", "/v1/schemas/guest-nope", 404, "unknown-command", "There is no guest-nope.");
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync("ga", "guest-nope", "a=1", "--all"));
        Assert.Contains("There is no guest-nope.", run.Error);
    }

    [Fact]
    public async Task Schema_is_not_asked_for_without_pairs()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("ga", "guest-demo", "--args", """{"path":"x"}""", "--all"));

        Assert.Equal("""{"path":"x"}""", Body().GetProperty("arguments").GetRawText());
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("a=1 b=true c=null d=[1] e={\"x\":1}", """{"a":1,"b":true,"c":null,"d":[1],"e":{"x":1}}""")]
    [InlineData("a=hello b=\"q\" c=", """{"a":"hello","b":"q","c":""}""")]
    [InlineData("a:str=1 b:str=true", """{"a":"1","b":"true"}""")]
    [InlineData("node-name=drive0 x=1=2", """{"node-name":"drive0","x":"1=2"}""")]
    public async Task Qmp_values_that_are_json_are_json(string arguments, string expected)
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync(["qmp", "some-command", .. arguments.Split(' '), "--all"]));
        Assert.Equal(expected, Body().GetProperty("arguments").GetRawText());
    }

    [Fact]
    public async Task Arguments_are_read_from_a_file_and_from_standard_input()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"a": 1}""");
        var fromFile = CliRun.Against(_server);
        var fromInput = new CliRun { Server = _server.SocketPath, Input = """{"a": 2}""" };

        Assert.Equal(0, await fromFile.RunAsync("qmp", "c", "--args", "@" + file, "--all"));
        Assert.Equal(0, await fromInput.RunAsync("qmp", "c", "--args", "-", "--all"));

        Assert.Equal([1, 2], _server.Requests.Select(request => JsonElement.Parse(request.Body).GetProperty("arguments").GetProperty("a").GetInt32()));
        File.Delete(file);
    }

    [Theory]
    [InlineData("-- uname -a", """["uname","-a"]""")]
    [InlineData("-- sh -c x -t y --all", """["sh","-c","x","-t","y","--all"]""")]
    [InlineData("--sh exit%201", """["/bin/sh","-c","exit 1"]""")]
    [InlineData("--sh echo%20$1 -- a b", """["/bin/sh","-c","echo $1","sh","a","b"]""")]
    public async Task Program_is_sent_as_its_words(string arguments, string expected)
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync(["run", "-t", "x", .. arguments.Split(' ').Select(Uri.UnescapeDataString)]));
        Assert.Equal(expected, Body().GetProperty("run").GetProperty("argv").GetRawText());
    }

    [Fact]
    public async Task Program_gets_environment_and_input()
    {
        var run = new CliRun { Server = _server.SocketPath, Input = "hello\n" };

        Assert.Equal(0, await run.RunAsync("run", "-t", "x", "--env", "A=b=c", "--env", "D=", "--input", "-", "--", "cat"));

        var program = Body().GetProperty("run");
        Assert.Equal("""["A=b=c","D="]""", program.GetProperty("env").GetRawText());
        Assert.Equal("hello\n", Encoding.UTF8.GetString(program.GetProperty("input").GetBytesFromBase64()));
    }

    [Fact]
    public async Task Server_of_the_environment_is_used_unless_one_is_given()
    {
        var byVariable = new CliRun { Variables = { ["ORCHESTRATOR_SERVER"] = $"unix:{_server.SocketPath}" } };
        var byOption = new CliRun { Variables = { ["ORCHESTRATOR_SERVER"] = "unix:/nonexistent/other.sock" } };

        Assert.Equal(0, await byVariable.RunAsync("vm", "ls"));
        Assert.Equal(0, await byOption.RunAsync("vm", "ls", "--server", _server.SocketPath));
        Assert.Equal(2, _server.Requests.Count);
    }

    private JsonElement Body() => JsonElement.Parse(_server.Single("POST", "/v1/jobs").Body);
}
