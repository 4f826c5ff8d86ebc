using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>What people and scripts read.</summary>
public sealed class OutputTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Vms_are_listed_in_columns_without_trailing_blanks()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("web01")}},{"name":"very-long-name","host":"n2","state":"Paused"}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("vm", "ls"));
        Assert.Equal(
            """
            NAME            HOST   STATE    AGENT  OS         MESSAGE
            web01           node1  Running  Ready  Debian 12  ok
            very-long-name  n2     Paused

            """, run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Wide_list_has_ids_and_labels()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("web01")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("vm", "ls", "-o", "wide"));
        Assert.Contains("5f0c-web01  7.2.22  role=web", run.Out);
    }

    [Fact]
    public async Task List_as_ndjson_has_one_vm_per_line()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("a")}}, {{Samples.Vm("b")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("vm", "ls", "-o", "ndjson"));
        Assert.Equal(["a", "b"], run.OutLines.Select(line => JsonElement.Parse(line).GetProperty("name").GetString()));
    }

    [Fact]
    public async Task List_as_json_is_the_servers_document()
    {
        _server.On("GET", "/v1/vms", """{"items":[{"name":"ü","n":1.50}],"future":true}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("vm", "ls", "-o", "json"));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"items":[{"name":"ü","n":1.50}],"future":true}"""), JsonElement.Parse(run.Out)));
        Assert.Contains("ü", run.Out);
    }

    [Fact]
    public async Task List_as_yaml_quotes_what_yaml_would_misread()
    {
        _server.On("GET", "/v1/vms", """{"items":[{"name":"web01","a":"true","b":"1.0","c":"x: y","d":"","e":null,"f":[],"g":{},"h":1,"i":"\u001b[2J","j":"no","k":"-","l":"two\nlines"}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("vm", "ls", "-o", "yaml"));
        Assert.Equal(
            """
            items:
            - name: web01
              a: "true"
              b: "1.0"
              c: "x: y"
              d: ""
              e: null
              f: []
              g: {}
              h: 1
              i: "\e[2J"
              j: "no"
              k: "-"
              l: "two\nlines"

            """, run.Out);
    }

    [Fact]
    public async Task Single_vm_is_shown_member_by_member()
    {
        _server.On("GET", "/v1/vms/web01", Samples.Vm("web01"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("vm", "get", "web01"));
        Assert.Contains("guest.os-version  Debian 12\n", run.Out);
        Assert.Contains("labels.role       web\n", run.Out);
    }

    [Fact]
    public async Task Ping_shows_the_abnormal_first_and_its_statistics_last()
    {
        _server.WithJob("Partial", Samples.Succeeded("web10", elapsedMs: 3), Samples.Succeeded("web9", elapsedMs: 1), Samples.Ended("db1", "Undelivered", "VmPaused", "is paused"), Samples.Ended("db2", "Unknown", "ReplyLost", "lost"));
        var run = CliRun.Against(_server);

        Assert.Equal(6, await run.RunAsync("ping", "--all"));
        Assert.Equal(
            """
            NAME   HOST   PHASE        MS  MESSAGE
            db2    node1  Unknown          ReplyLost lost
            db1    node1  Undelivered      VmPaused is paused
            web9   node1  Succeeded    1
            web10  node1  Succeeded    3
            min 1 ms, avg 2 ms, p99 3 ms of 2 replies

            """, run.Out);
    }

    [Fact]
    public async Task Last_line_counts_phases_and_reasons()
    {
        string[] outcomes =
        [
            .. Enumerable.Range(0, 980).Select(number => Samples.Succeeded($"ok{number}")),
            .. Enumerable.Range(0, 12).Select(number => Samples.Ended($"f{number}", "Failed", "ExitNonZero")),
            .. Enumerable.Range(0, 3).Select(number => Samples.Ended($"a{number}", "Undelivered", "AgentAbsent")),
            .. Enumerable.Range(0, 2).Select(number => Samples.Ended($"p{number}", "Undelivered", "VmPaused")),
            .. Enumerable.Range(0, 3).Select(number => Samples.Ended($"u{number}", "Unknown", "ReplyLost")),
        ];
        _server.WithJob("Partial", outcomes);
        var run = CliRun.Against(_server);

        Assert.Equal(6, await run.RunAsync("ping", "--all"));
        Assert.Equal($"job {Samples.JobId} Partial: 980 ok, 12 failed, 5 undelivered (3 AgentAbsent, 2 VmPaused), 3 UNKNOWN of 1000 in 412 ms\n", run.Error);
    }

    [Fact]
    public async Task Quiet_leaves_the_last_line_out()
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ping", "--all", "-q"));
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Guest_results_are_shown_on_one_line_each()
    {
        _server.WithJob("Partial", Samples.Succeeded("a", """{ "id": "debian" }"""), Samples.Ended("b", "Refused", "Unsupported", "not known"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("ga", "guest-get-osinfo", "--all"));
        Assert.Equal(
            """
            NAME  HOST   PHASE      REASON       MS   RESULT
            b     node1  Refused    Unsupported  0.5  not known
            a     node1  Succeeded               1    {"id":"debian"}

            """, run.Out);
    }

    [Fact]
    public async Task Run_folds_equal_output_with_the_abnormal_first()
    {
        _server.WithJob("Partial", Samples.Program("web2", 0, "Linux\\n"), Samples.Program("web1", 0, "Linux\\n"), Samples.Program("db1", 2, "no such file", "Failed"), Samples.Ended("db2", "Undelivered", "VmPaused", "is paused"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("run", "--all", "--", "uname"));
        Assert.Equal(
            """
            ---------------
            db1
            ---------------
            Failed (exit 2)
            no such file
            ---------------
            db2
            ---------------
            Undelivered VmPaused: is paused
            ---------------
            web[1-2] (2)
            ---------------
            Linux

            """, run.Out);
    }

    [Fact]
    public async Task Run_shows_streams_that_are_not_text_and_that_were_cut()
    {
        _server.WithJob("Succeeded", """{"name":"a","host":"n","phase":"Succeeded","effect":"Applied","exec":{"pid":1,"exitCode":0,"stdout":{"base64":"YWL/","bytes":3,"truncated":true},"stderr":{"text":"warn"}}}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("run", "--all", "--", "x"));
        Assert.EndsWith("ab\ufffd\n[stdout was cut by the guest's agent]\nwarn\n", run.Out);
    }

    [Fact]
    public async Task Run_as_a_table_has_exit_codes_and_first_lines()
    {
        _server.WithJob("Succeeded", Samples.Program("a", 0, "one\\ntwo"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("run", "--all", "-o", "table", "--", "x"));
        Assert.Equal("a     node1  Succeeded          0     2   one", run.OutLines[1]);
    }

    [Fact]
    public async Task Equal_names_of_two_hosts_are_told_apart_when_folded()
    {
        _server.WithJob("Succeeded", Samples.Program("a", 0, "x"), Samples.Program("a", 0, "x").Replace("node1", "node2"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("run", "--all", "--", "x"));
        Assert.Contains("\nnode[1-2]/a (2)\n", run.Out);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Job_as_a_document_has_job_and_outcomes(string format)
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a"), Samples.Succeeded("b"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ping", "--all", "-o", format));
        if (format == "json")
        {
            Assert.Equal("Succeeded", JsonElement.Parse(run.Out).GetProperty("job").GetProperty("phase").GetString());
            Assert.Equal(2, JsonElement.Parse(run.Out).GetProperty("items").GetArrayLength());
        }
        else
        {
            Assert.StartsWith($"job:\n  id: \"{Samples.JobId}\"\n", run.Out);
            Assert.Contains("\nitems:\n- vm: u-a\n", run.Out);
        }
    }

    [Fact]
    public async Task Jobs_are_listed()
    {
        _server.On("GET", "/v1/jobs", $$"""{"items":[{{Samples.Job("Partial", 50, counts: """{"Succeeded":47,"Unknown":1}""")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "ls"));
        Assert.Equal($"{Samples.JobId}  Partial  47  48    50       412 ms   guest-ping  *", run.OutLines[1]);
    }

    [Fact]
    public async Task Versions_of_client_and_server_are_shown()
    {
        _server.On("GET", "/v1/version", """{"version":"9.9.9"}""");
        var (near, far) = (CliRun.Against(_server), new CliRun());

        Assert.Equal(0, await near.RunAsync("version"));
        Assert.Equal(0, await far.RunAsync("version"));
        Assert.Equal($"server 9.9.9 at unix:{_server.SocketPath}", near.OutLines[1]);
        Assert.Equal("server not reachable at unix:/nonexistent/orchestrator.sock", far.OutLines[1]);
        Assert.Matches(@"^client \d+\.\d+\.\d+", far.Out);
    }
}
