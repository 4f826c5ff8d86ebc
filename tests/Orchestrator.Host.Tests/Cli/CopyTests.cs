using System.Text;
using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

/// <summary><c>cp</c>: which file goes where, and that no part of a file passes for one.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    private const string Written = """{"name":"web1","host":"node1","phase":"Succeeded","effect":"Applied","result":{"count":5,"sha256":"aa","verified":"sha256sum"}}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-cp-");
    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        Vms("web1");
        Serve("web1", "hello");
        Serve("web2", "there");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task File_of_a_named_VM_keeps_its_name_in_a_directory()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("cp", "web1:/etc/motd", _directory.FullName));

        Assert.Equal(["motd=hello"], Files());
        Assert.Equal("/v1/vms?target=web1", _server.Single("GET", "/v1/vms").PathAndQuery);
        Assert.Equal("/v1/vms/5f0c-web1/file?path=/etc/motd", Uri.UnescapeDataString(_server.Single("GET", "/v1/vms/5f0c-web1/file").PathAndQuery));
    }

    [Theory]
    [InlineData("web*", "web1 web2", "motd.web1=hello motd.web2=there")]
    [InlineData("web*", "web1", "motd.web1=hello")]
    public async Task Files_of_a_selector_have_the_VMs_names_behind_their_own(string selector, string vms, string expected)
    {
        Vms(vms.Split(' '));

        Assert.Equal(0, await CliRun.Against(_server).RunAsync("cp", $"{selector}:/etc/motd", Path.Combine(_directory.FullName, "new/")));

        Assert.Equal(expected.Split(' ').Select(file => "new/" + file), Files());
    }

    [Fact]
    public async Task File_of_one_VM_may_get_another_name_and_takes_the_place_of_what_has_it()
    {
        var local = Path.Combine(_directory.FullName, "here");
        await File.WriteAllTextAsync(local, "something longer that was there");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync("cp", "web1:/etc/motd", local));

        Assert.Equal(["here=hello"], Files());
    }

    [Fact]
    public async Task File_goes_to_standard_output_as_it_is()
    {
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("cp", "web1:/etc/motd", "-"));

        Assert.Equal(("hello", ""), (Encoding.UTF8.GetString(run.OutBytes.ToArray()), run.Out));
    }

    [Fact]
    public async Task File_that_breaks_off_leaves_nothing_and_fails()
    {
        _server.OnCut("GET", "/v1/vms/5f0c-web1/file", "hel", 5);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "motd"), "of before");
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("cp", "web1:/etc/motd", _directory.FullName, "-o", "json"));

        Assert.Equal(["motd=of before"], Files());
        var outcome = Assert.Single(JsonElement.Parse(run.Out).GetProperty("items").EnumerateArray());
        Assert.Equal(("web1", "Failed", "TransferAborted"), (outcome.GetProperty("name").GetString(), outcome.GetProperty("phase").GetString(), outcome.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("Refused", "GuestError", 4)]
    [InlineData("Undelivered", "AgentAbsent", 5)]
    [InlineData("Unknown", "AgentRestarted", 6)]
    public async Task Outcome_of_a_problem_is_the_VMs_and_its_exit_code(string phase, string reason, int exitCode)
    {
        Vms("web1", "web2");
        _server.On("GET", "/v1/vms/5f0c-web1/file", $$"""{"code":"transfer-failed","detail":"no","outcome":{{Samples.Ended("web1", phase, reason)}}}""", 502, "application/problem+json");
        var run = CliRun.Against(_server);

        Assert.Equal(exitCode, await run.RunAsync("cp", "web*:/etc/motd", _directory.FullName));

        Assert.Equal(["motd.web2=there"], Files());
        Assert.Contains($"{phase}", run.OutLines[1], StringComparison.Ordinal);
        Assert.Contains(reason, run.OutLines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/srv/x", "/srv/x", "")]
    [InlineData("/srv/", "/srv/file", "")]
    [InlineData("/srv/", "/srv/file", "--append")]
    public async Task File_is_sent_to_the_path_or_into_the_directory(string remote, string expected, string option)
    {
        var local = Path.Combine(_directory.FullName, "file");
        await File.WriteAllTextAsync(local, "hello");
        _server.On("PUT", "/v1/vms/5f0c-web1/file", Written);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync(["cp", local, $"web1:{remote}", .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

        var sent = _server.Single("PUT", "/v1/vms/5f0c-web1/file");
        Assert.Equal(("hello", $"?path={expected}{(option.Length > 0 ? "&append=true" : "")}"), (sent.Body, Uri.UnescapeDataString(sent.PathAndQuery[sent.PathAndQuery.IndexOf('?')..])));
        Assert.Contains("verified by sha256sum", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_sent_to_one_VM()
    {
        _server.On("PUT", "/v1/vms/5f0c-web1/file", Written);
        var run = new CliRun { Server = _server.SocketPath, Input = "piped" };

        Assert.Equal(0, await run.RunAsync("cp", "-", "web1:/tmp/x"));

        Assert.Equal("piped", _server.Single("PUT", "/v1/vms/5f0c-web1/file").Body);
    }

    [Theory]
    [InlineData("a", "b", "exactly one")]
    [InlineData("web1:/a", "web2:/b", "exactly one")]
    [InlineData("/nonexistent", "web1:/b", "cannot read")]
    [InlineData("-", "web*:/b", "standard input is there once")]
    [InlineData("web*:/etc/motd", "file", "name a directory")]
    [InlineData("web*:/etc/motd", "-", "name a directory")]
    [InlineData("web1:/etc/", ".", "names a directory")]
    public async Task What_makes_no_sense_is_a_usage_error(string source, string destination, string words)
    {
        if (source.Contains('*') || destination.Contains('*'))
            Vms("web1", "web2");
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync("cp", source, destination));

        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Selector_without_VMs_has_its_own_exit_code()
    {
        Vms();

        Assert.Equal(3, await CliRun.Against(_server).RunAsync("cp", "nobody:/etc/motd", _directory.FullName));
    }

    private void Vms(params string[] names) => _server.On("GET", "/v1/vms", $$"""{"items":[{{string.Join(',', names.Select(name => Samples.Vm(name)))}}]}""");

    private void Serve(string vm, string contents) => _server.On("GET", $"/v1/vms/5f0c-{vm}/file", contents, contentType: "application/octet-stream");

    private IEnumerable<string> Files() => Directory.GetFiles(_directory.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => $"{Path.GetRelativePath(_directory.FullName, path)}={File.ReadAllText(path)}");
}
