using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>The real executable: what only a process of its own can show.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private const int SigInt = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "orchestrator");

    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Process_prints_utf8_without_a_mark_and_ends_with_its_code()
    {
        _server.On("GET", "/v1/vms", """{"items":[{"name":"grün","host":"n"}]}""");
        using var process = Start(Program, "vm", "ls", "-o", "ndjson");

        Assert.Equal("{\"name\":\"grün\",\"host\":\"n\"}\n", await process.StandardOutput.ReadToEndAsync());
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Process_is_light_and_ends_with_130_on_sigint()
    {
        _server.OnHeldStream("GET", "/v1/events", """{"type":"a"}""");
        // A test run in the background of a shell ignores SIGINT, and what it starts would too.
        using var process = Start("/usr/bin/env", "--default-signal=INT", Program, "event", "watch", "-o", "ndjson");

        Assert.Equal("""{"type":"a"}""", await process.StandardOutput.ReadLineAsync());
        // The client starts fast because it leaves alone what only the server needs.
        var loaded = await File.ReadAllTextAsync($"/proc/{process.Id}/maps");
        Assert.Contains("System.CommandLine.dll", loaded);
        Assert.All(["Akka", "Microsoft.AspNetCore", "Spectre", "YamlDotNet"], name => Assert.DoesNotContain(name, loaded));

        Assert.Equal(0, kill(process.Id, SigInt));
        await process.WaitForExitAsync().WaitAsync(Limit, TimeProvider.System);
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task Process_ends_when_its_reader_is_gone()
    {
        var lines = Enumerable.Range(0, 5000).Select(number => $$"""{"type":"{{number}}","padding":"{{new string('x', 100)}}"}""").ToArray();
        _server.OnHeldStream("GET", "/v1/events", lines);
        using var process = Start("/bin/bash", "-c", "\"$0\" event watch -o ndjson | head -1; echo \"${PIPESTATUS[0]}\"", Program);

        var output = await process.StandardOutput.ReadToEndAsync();
        Assert.EndsWith("\n141\n", output);
    }

    [Fact]
    public async Task Process_reads_a_pipe_from_standard_input()
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a"));
        using var process = Start(Program, "ping", "-t", "-", "-q");
        await process.StandardInput.WriteAsync("web01\nweb02\n");
        process.StandardInput.Close();

        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("web[01-02]", _server.Single("POST", "/v1/jobs").Body);
    }

    [Theory]
    [InlineData("orchestrator vm get we", "web01\n")]
    [InlineData("orchestrator ping -t d", "db:1\n")]
    [InlineData("orchestrator ping -t db:", "1\n")]
    [InlineData("orchestrator job wat", "watch\n")]
    public async Task Bash_completes_through_the_script(string line, string expected)
    {
        _server.On("GET", "/v1/vms", """{"items":[{"name":"web01"},{"name":"db:1"}]}""");
        // The first request to a new server is its slowest, and a completion does not wait long.
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("vm", "ls"));
        // Bash breaks words at ':' as well, which COMP_WORDS shows and COMP_LINE does not.
        var words = line.Replace(":", " : ").TrimEnd();
        const string script = """
            PATH="$(dirname "$0"):$PATH"
            source <("$0" completion bash)
            COMP_LINE="$1"; COMP_POINT=${#1}; COMP_WORDS=($2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _orchestrator
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        using var process = Start("/bin/bash", "-c", script, Program, line, words);

        Assert.Equal(expected, await process.StandardOutput.ReadToEndAsync());
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ORCHESTRATOR_SERVER"] = $"unix:{_server.SocketPath}", ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")) },
        };
        return Process.Start(start)!;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
