using Orchestrator.Host.Cli;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Cli;

public sealed class ParsingTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2000)]
    [InlineData("1.5s", 1500)]
    [InlineData("1m", 60_000)]
    [InlineData("24h", 86_400_000)]
    public void Duration_with_a_unit_is_read(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("25h")]
    [InlineData("1,5s")]
    [InlineData("1e3s")]
    [InlineData("2 s")]
    [InlineData("1s1")]
    public void Duration_without_meaning_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0.4, "0.4 ms")]
    [InlineData(412.4, "412 ms")]
    [InlineData(1250, "1.25 s")]
    [InlineData(90_000, "1.5 min")]
    public void Duration_is_shown_in_a_fitting_unit(double milliseconds, string expected) => Assert.Equal(expected, Durations.Format(milliseconds));

    [Theory]
    [InlineData("http://node1:8080", "http://node1:8080/", null)]
    [InlineData("https://node1/base", "https://node1/base/", null)]
    [InlineData("unix:/run/o.sock", "http://localhost/", "/run/o.sock")]
    [InlineData("unix:///run/o.sock", "http://localhost/", "/run/o.sock")]
    [InlineData("unix:o.sock", "http://localhost/", "o.sock")]
    [InlineData("./o.sock", "http://localhost/", "./o.sock")]
    [InlineData("/run/o.sock", "http://localhost/", "/run/o.sock")]
    public void Endpoint_is_a_url_or_a_socket(string text, string address, string? socket)
    {
        var endpoint = ServerEndpoint.Parse(text);

        Assert.Equal(address, endpoint.BaseAddress.ToString());
        Assert.Equal(socket, endpoint.SocketPath);
    }

    [Theory]
    [InlineData("node1")]
    [InlineData("ftp://node1/")]
    [InlineData("unix:")]
    [InlineData("http://")]
    public void Endpoint_that_is_neither_is_a_usage_error(string text) =>
        Assert.Equal(ExitCodes.Usage, Assert.Throws<CliException>(() => ServerEndpoint.Parse(text)).ExitCode);

    [Theory]
    [InlineData("ping", "which VMs?")]
    [InlineData("ping -x a", "-x leaves out of what?")]
    [InlineData("ping --all -t a", "not both")]
    [InlineData("run -t a", "run what?")]
    [InlineData("run -t a --env X -- true", "'X' is not NAME=VALUE")]
    [InlineData("ga -t a", "COMMAND")]
    [InlineData("qmp stop -t a novalue", "'novalue' is not an argument")]
    [InlineData("qmp stop -t a x=1 --args {}", "not both")]
    [InlineData("qmp stop -t a --args [1]", "not a JSON object")]
    [InlineData("qmp stop -t a --args {", "not JSON")]
    [InlineData("qmp stop -t a x=1 x=2", "'x' is given twice")]
    [InlineData("qmp stop -t a x:what=1", "only :str is known")]
    [InlineData("qmp stop -t - --args -", "only one can")]
    [InlineData("ping -t a --timeout 5", "'5' is not a duration")]
    [InlineData("ping -t a -o xml", "'xml'")]
    [InlineData("ping -t a -S", "-S")]
    [InlineData("ping -t ^/nonexistent", "cannot read the list of names '/nonexistent'")]
    [InlineData("why", "VM | JOB")]
    [InlineData("doctor -x a", "-x leaves out of what?")]
    [InlineData("job diff", "JOB")]
    [InlineData("vm", "orchestrator vm --help")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("--server nowhere vm ls", "'nowhere' is not a server")]
    [InlineData("completion tcsh", "tcsh")]
    public async Task Wrong_command_line_is_a_usage_error_that_says_what_is_wrong(string line, string expected)
    {
        var run = new CliRun { Input = "a\n" };

        Assert.Equal(2, await run.RunAsync(line.Split(' ')));
        Assert.Contains(expected, run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Help_lists_every_command_and_succeeds()
    {
        var run = new CliRun();

        Assert.Equal(0, await run.RunAsync("--help"));
        Assert.All(["vm", "ping", "ga", "run", "qmp", "job", "event", "serve", "version", "completion", "set", "why", "doctor"], command => Assert.Contains($"\n  {command}", run.Out));
    }

    [Fact]
    public async Task Serve_gets_its_options_and_gives_its_exit_code()
    {
        ServeOptions? served = null;
        var run = new CliRun
        {
            Serve = (options, _) =>
            {
                served = options;
                return Task.FromResult(7);
            },
        };

        Assert.Equal(7, await run.RunAsync("serve", "--config", "c.yaml", "--vm-dir", "/vms", "--data", "/data", "--store", "postgres://db", "--listen", "unix:/a", "--listen", "http://[::1]:80"));
        Assert.Equal(("c.yaml", "/vms", "/data", "postgres://db"), (served!.Config, served.VmDir, served.Data, served.Store));
        Assert.Equal(["unix:/a", "http://[::1]:80"], served.Listen);
    }

    [Fact]
    public async Task Serve_is_cancelled_by_the_first_interrupt()
    {
        var started = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        var run = new CliRun
        {
            Serve = async (_, cancellation) =>
            {
                cancellation.Register(stopped.SetResult);
                started.SetResult();
                await stopped.Task;
                return 0;
            },
        };

        var running = run.RunAsync("serve");
        await started.Task;
        run.Interrupts.Raise();

        Assert.Equal(0, await running);
    }
}
