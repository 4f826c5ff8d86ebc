using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Host.Tests.Cli;

public sealed class CompletionTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("web01")}},{{Samples.Vm("web02")}},{{Samples.Vm("db1")}}]}""")
            .On("GET", "/v1/schemas", """{"items":["guest-ping","guest-get-osinfo","guest-exec"]}""")
            .On("GET", "/v1/jobs", """{"items":[{"id":"01JB"},{"id":"01JA"}]}""");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("orchestrator v", "version vm event serve")]
    [InlineData("orchestrator vm ", "get list ls watch")]
    [InlineData("/usr/bin/orchestrator job w", "wait watch")]
    [InlineData("orchestrator job results ", "01JA 01JB")]
    [InlineData("orchestrator job diff 01JB ", "01JA 01JB")]
    [InlineData("orchestrator why ", "01JA 01JB db1 web01 web02")]
    [InlineData("orchestrator why 01JA db", "db1")]
    [InlineData("orchestrator doctor -t w", "web01 web02")]
    [InlineData("orchestrator do", "doctor")]
    [InlineData("orchestrator cert", "certs")]
    [InlineData("orchestrator certs ", "init issue show")]
    [InlineData("orchestrator certs issue a --", "--days --dir --host --out")]
    [InlineData("orchestrator set w", "web01 web02")]
    [InlineData("orchestrator set web01 --lo", "--local")]
    [InlineData("orchestrator ping --all --show ", "all failed ok undelivered unknown")]
    [InlineData("orchestrator run --all --ou", "--outdir --output")]
    [InlineData("orchestrator job get 01JA --a", "--agg")]
    [InlineData("orchestrator job get 01JA --d", "--diff")]
    [InlineData("orchestrator vm get web", "web01 web02")]
    [InlineData("orchestrator ping -t ", "db1 web01 web02")]
    [InlineData("orchestrator ping -x d", "db1")]
    [InlineData("orchestrator ga guest-get", "guest-get-osinfo")]
    [InlineData("orchestrator ga --all guest-p", "guest-ping")]
    [InlineData("orchestrator completion ", "bash fish pwsh zsh")]
    [InlineData("orchestrator ping --tar", "--target")]
    [InlineData("orchestrator ping --all --ti", "--timeout")]
    [InlineData("orchestrator run -t web01 -o n", "ndjson json")]
    [InlineData("orchestrator", "")]
    public async Task Line_is_completed(string line, string expected)
    {
        var run = Patient();

        Assert.Equal(0, await run.RunAsync($"[suggest:{line.Length}]", line));
        var wanted = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (wanted.Length > 0)
            Assert.Equal(wanted.Order(), run.OutLines.Where(wanted.Contains).Order());
        var typed = line[(line.LastIndexOf(' ') + 1)..];
        Assert.All(run.OutLines, item => Assert.Contains(line.Contains(' ') ? typed : "", item));
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Position_inside_the_line_is_respected()
    {
        var run = Patient();

        Assert.Equal(0, await run.RunAsync("[suggest:18]", "orchestrator job w --quiet"));
        Assert.Equal(["wait", "watch"], run.OutLines.Order());
    }

    [Theory]
    [InlineData("orchestrator vm get w")]
    [InlineData("orchestrator ga guest")]
    [InlineData("orchestrator ping --server nowhere -t w")]
    public async Task Missing_server_is_silent(string line)
    {
        var run = new CliRun();

        Assert.Equal(0, await run.RunAsync($"[suggest:{line.Length}]", line));
        Assert.Equal(("", ""), (run.Out, run.Error));
    }

    [Fact]
    public async Task Server_named_on_the_line_is_asked()
    {
        var run = new CliRun { Time = new FakeTimeProvider() };
        var line = $"orchestrator --server {_server.SocketPath} vm get db";

        Assert.Equal(0, await run.RunAsync($"[suggest:{line.Length}]", line));
        Assert.Equal(["db1"], run.OutLines);
    }

    [Fact]
    public async Task Server_is_not_asked_where_no_name_of_its_can_stand()
    {
        await Patient().RunAsync("[suggest:14]", "orchestrator v");

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _orchestrator orchestrator")]
    [InlineData("zsh", "compdef _orchestrator orchestrator")]
    [InlineData("fish", "complete -c orchestrator")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName orchestrator")]
    public async Task Script_of_each_shell_asks_this_program(string shell, string expected)
    {
        var run = new CliRun();

        Assert.Equal(0, await run.RunAsync("completion", shell));
        Assert.Contains(expected, run.Out);
        Assert.Contains("[suggest:", run.Out);
    }

    /// <summary>The time-out of a completion never comes: a busy machine is not what is tested.</summary>
    private CliRun Patient() => new() { Server = _server.SocketPath, Time = new FakeTimeProvider() };
}
