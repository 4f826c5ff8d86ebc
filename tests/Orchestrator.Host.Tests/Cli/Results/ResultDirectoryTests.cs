using System.Text;

namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary><c>--outdir</c>.</summary>
public sealed class ResultDirectoryTests : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("orchestrator-results-");
    private FakeServer _server = null!;

    private string Target => Path.Combine(_root.FullName, "out");

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _root.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_result_has_its_file_and_every_name_its_list()
    {
        _server.WithJobOf(
            "run",
            "Partial",
            Program("web1", """{"text":"one\n"}"""),
            Program("web2", """{"base64":"AP8="}""", """{"text":"warn"}""", phase: "Failed", exit: 3),
            Samples.Ended("db1", "Undelivered", "VmPaused"),
            Samples.Ended("db2", "Cancelled", ""),
            Samples.Ended("db3", "Unknown", "ReplyLost"));

        Assert.Equal(6, await RunAsync("run", "--all", "-o", "json", "--", "x"));
        Assert.Equal(["hosts.failed", "hosts.succeeded", "hosts.undelivered", "hosts.unknown", "web1", "web2", "web2.err"], Files());
        Assert.Equal("one\n", Read("web1"));
        Assert.Equal([0, 0xff], File.ReadAllBytes(Path.Combine(Target, "web2")));
        Assert.Equal("warn", Read("web2.err"));
        Assert.Equal(["web1\n", "web2\n", "db3\n", "db1\ndb2\n"], ((string[])["succeeded", "failed", "unknown", "undelivered"]).Select(list => Read($"hosts.{list}")));
    }

    [Fact]
    public async Task Reply_is_written_as_json()
    {
        _server.WithJob("Succeeded", Samples.Succeeded("web1", $$"""{"a":"{{Samples.Hostile}}"}"""));

        Assert.Equal(0, await RunAsync("ga", "guest-ping", "--all"));
        Assert.StartsWith("{\n  \"a\": \"\\u001B[2J", Read("web1"));
        Assert.EndsWith("}\n", Read("web1"));
    }

    [Fact]
    public async Task Part_never_has_the_name_of_the_whole()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "web1"), "whole, of yesterday");
        _server.WithJobOf("run", "Partial", Program("web1", """{"text":"cut","truncated":true}"""), """{"name":"web2","host":"n","phase":"TimedOut","reason":"StillRunning","exec":{"pid":7,"stdout":{"text":"so far"} } }""");

        Assert.Equal(4, await RunAsync("run", "--all", "--", "x"));
        Assert.Equal(["web1.truncated", "web2.truncated"], Files().Where(file => !file.StartsWith("hosts", StringComparison.Ordinal)));
        Assert.Equal("so far", Read("web2.truncated"));
    }

    [Fact]
    public async Task Result_of_an_earlier_run_does_not_stay_for_a_vm_without_one()
    {
        Directory.CreateDirectory(Target);
        foreach (var old in (string[])["web1", "web1.err", "web1.truncated", "other"])
            File.WriteAllText(Path.Combine(Target, old), "old");
        _server.WithJob("Partial", Samples.Ended("web1", "Undelivered", "VmPaused"));

        Assert.Equal(5, await RunAsync("ping", "--all"));
        Assert.Equal(["other"], Files().Where(file => !file.StartsWith("hosts", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Names_never_lead_out_of_the_directory_or_into_each_other()
    {
        string[] names = ["../evil", "/evil", "..", "hosts.failed", "a", "a.err", "a/b", "a\\nb"];
        _server.WithJobOf("run", "Succeeded", [.. names.Select(name => Program(name, $$"""{"text":"{{name}}"}""", """{"text":"e"}"""))]);

        Assert.Equal(0, await RunAsync("run", "--all", "--", "x"));
        Assert.Equal(["out"], _root.EnumerateFileSystemInfos().Select(entry => entry.Name));
        Assert.Equal(4 + 2 * names.Length, Files().Length);
        Assert.Equal("../evil", Read("%2E.%2Fevil"));
        Assert.Equal("a.err", Read("a%2Eerr"));
        Assert.Equal("e", Read("a.err"));
        Assert.Contains("a\\nb\n", Read("hosts.succeeded"));
        Assert.Equal("", Read("hosts.failed"));
    }

    [Fact]
    public async Task Vms_of_one_name_have_files_of_their_own()
    {
        _server.WithJobOf("run", "Succeeded", Program("a", """{"text":"1"}"""), Program("a", """{"text":"2"}""").Replace("node1", "node2"));

        Assert.Equal(0, await RunAsync("run", "--all", "--", "x"));
        Assert.Equal(("1", "2", "a\n"), (Read("node1%2Fa"), Read("node2%2Fa"), Read("hosts.succeeded")));
    }

    [Fact]
    public async Task Link_in_the_directory_is_replaced_and_not_followed()
    {
        Directory.CreateDirectory(Target);
        var outside = Path.Combine(_root.FullName, "outside");
        File.WriteAllText(outside, "mine");
        File.CreateSymbolicLink(Path.Combine(Target, "web1"), outside);
        File.CreateSymbolicLink(Path.Combine(Target, "hosts.failed"), outside);
        _server.WithJobOf("run", "Succeeded", Program("web1", """{"text":"theirs"}"""));

        Assert.Equal(0, await RunAsync("run", "--all", "--", "x"));
        Assert.Equal(("mine", "theirs", ""), (File.ReadAllText(outside), Read("web1"), Read("hosts.failed")));
    }

    [Fact]
    public async Task What_is_not_shown_is_in_the_lists_only()
    {
        _server.WithJobOf("run", "Partial", Program("ok", """{"text":"1"}"""), Program("bad", """{"text":"2"}""", phase: "Failed", exit: 1));

        Assert.Equal(4, await RunAsync("run", "--all", "--show", "failed", "--", "x"));
        Assert.Equal(["bad", "hosts.failed", "hosts.succeeded", "hosts.undelivered", "hosts.unknown"], Files());
        Assert.Equal(("ok\n", "bad\n"), (Read("hosts.succeeded"), Read("hosts.failed")));
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("table")]
    public async Task Directory_in_the_way_is_an_error_that_says_where(string format)
    {
        Directory.CreateDirectory(Path.Combine(Target, "web1", "full"));
        _server.WithJobOf("run", "Succeeded", Program("web1", """{"text":"1"}"""));
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("run", "--all", "-o", format, "--outdir", Target, "--", "x"));
        Assert.Contains("--outdir: cannot write to", run.Error);
        Assert.Contains("1 ok of 1", run.Error);
        Assert.DoesNotContain(Files(), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    private Task<int> RunAsync(params string[] arguments) => CliRun.Against(_server).RunAsync([arguments[0], "--outdir", Target, .. arguments[1..]]);

    private string[] Files() => [.. Directory.EnumerateFiles(Target).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private string Read(string file) => Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Target, file)));

    private static string Program(string name, string stdout, string? stderr = null, string phase = "Succeeded", int exit = 0) =>
        $$"""{"name":"{{name}}","host":"node1","phase":"{{phase}}","effect":"Applied","elapsedMs":1,"exec":{"pid":1,"exitCode":{{exit}},"stdout":{{stdout}},"stderr":{{stderr ?? "{\"text\":\"\"}"}} } }""";
}
