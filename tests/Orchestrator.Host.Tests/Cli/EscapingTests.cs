using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>A guest chooses its output, its error texts and its os-version: none of it may reach a terminal as a command.</summary>
public sealed class EscapingTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("plain [red]text[/]", "plain [red]text[/]")]
    [InlineData("", "")]
    [InlineData("line\n\ttab", "line\n\ttab")]
    [InlineData("\x1b[2J", "\\x1b[2J")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("a\rb\0\x7f\a", "a\\rb\\x00\\x7f\\x07")]
    [InlineData("\u202etxt.exe", "\\u202etxt.exe")]
    [InlineData("\u2028", "\\u2028")]
    [InlineData("grün 日本 😀", "grün 日本 😀")]
    public void Text_keeps_its_lines_and_loses_its_powers(string text, string expected) => Assert.Equal(expected, TerminalText.Escape(text));

    [Fact]
    public void Lone_surrogate_is_shown() => Assert.Equal("a\\ud800b", TerminalText.Escape("a\ud800b"));

    [Fact]
    public void Line_shows_newline_and_tab() => Assert.Equal("a\\nb\\tc", TerminalText.EscapeLine("a\nb\tc"));

    [Fact]
    public void No_character_of_the_basic_plane_stays_a_control()
    {
        for (var code = 0; code <= char.MaxValue; code++)
        {
            var escaped = TerminalText.EscapeLine(((char)code).ToString());
            Assert.All(escaped, character => Assert.False(
                char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format, $"U+{code:X4}"));
        }
    }

    [Theory]
    [InlineData("table")]
    [InlineData("fold")]
    [InlineData("ndjson")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Hostile_guest_cannot_command_the_terminal_in_any_form(string format)
    {
        _server.WithJob(
            "Partial",
            Samples.Program("a", 0, Samples.Hostile + "\\nsecond"),
            Samples.Ended("b" + Samples.Hostile, "Failed", Samples.Hostile, Samples.Hostile),
            Samples.Succeeded("c", $$"""{"os":"{{Samples.Hostile}}"}"""));
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, ErrorIsTerminal = true, Time = new FakeTimeProvider() };

        Assert.Equal(4, await run.RunAsync("run", "--all", "--no-color", "-o", format, "--", "x"));
        AssertHarmless(run);
        Assert.Contains("[2J", run.Out);
    }

    [Theory]
    [InlineData("vm ls")]
    [InlineData("vm ls -o wide")]
    [InlineData("vm ls -o yaml")]
    [InlineData("vm get web01")]
    [InlineData("job ls")]
    public async Task Hostile_texts_of_listings_are_harmless(string line)
    {
        var vm = Samples.Vm("web01", Samples.Hostile).Replace("Debian 12", Samples.Hostile).Replace("\"web\"", $"\"{Samples.Hostile}\"").Replace("Running", Samples.Hostile);
        _server.On("GET", "/v1/vms", $$"""{"items":[{{vm}}]}""").On("GET", "/v1/vms/web01", vm)
            .On("GET", "/v1/jobs", $$"""{"items":[{{Samples.Job(Samples.Hostile, 1)}}]}""");
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true };

        Assert.Equal(0, await run.RunAsync([.. line.Split(' '), "--no-color"]));
        AssertHarmless(run);
        Assert.Contains("[2J", run.Out);
    }

    [Fact]
    public async Task Hostile_events_are_harmless()
    {
        _server.OnStream("GET", "/v1/events", $$$"""{"type":"io.orchestrator.guest.X{{{Samples.Hostile}}}","subject":"{{{Samples.Hostile}}}","time":"{{{Samples.Hostile}}}","data":{"data":{"x":"{{{Samples.Hostile}}}"} } }""");
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, NoColor = true };

        await run.RunAsync("event", "watch", "--reconnect", "0");
        AssertHarmless(run);
        Assert.Contains("guest.X", run.Out);
    }

    [Fact]
    public async Task Hostile_problem_is_harmless()
    {
        _server.OnProblem("GET", "/v1/vms", 400, "invalid-selector", Samples.Hostile);
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = true };

        Assert.Equal(2, await run.RunAsync("vm", "ls"));
        AssertHarmless(run);
        Assert.Contains("\\x1b[2J", run.Error);
    }

    [Fact]
    public async Task Guest_cannot_forge_a_line_of_a_table()
    {
        _server.WithJob("Partial", Samples.Ended("a", "Failed", "X", "x\\nb  node1  Succeeded"));
        var run = CliRun.Against(_server);

        await run.RunAsync("ga", "guest-ping", "--all");
        Assert.Equal(2, run.OutLines.Length);
    }

    [Fact]
    public async Task Guest_cannot_forge_the_heading_of_its_own_failure()
    {
        _server.WithJob("Partial", Samples.Ended("a", "Failed", "X", "x\\n---------------"));
        var run = CliRun.Against(_server);

        await run.RunAsync("run", "--all", "--", "x");
        Assert.Equal(2, run.OutLines.Count(line => line == "---------------"));
    }

    [Fact]
    public async Task Colors_are_written_on_a_terminal_only_and_only_when_wanted()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("a")}}]}""");
        var terminal = new CliRun { Server = _server.SocketPath, OutIsTerminal = true };
        var option = new CliRun { Server = _server.SocketPath, OutIsTerminal = true };
        var variable = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, NoColor = true };
        var pipe = CliRun.Against(_server);

        await terminal.RunAsync("vm", "ls");
        await option.RunAsync("vm", "ls", "--no-color");
        await variable.RunAsync("vm", "ls");
        await pipe.RunAsync("vm", "ls");

        Assert.Contains("\x1b[32mRunning\x1b[0m", terminal.Out);
        Assert.All([option, variable, pipe], run => Assert.DoesNotContain('\x1b', run.Out));
    }

    [Fact]
    public async Task Rows_are_never_broken_in_a_pipe()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("a", "many words " + new string('m', 300) + " and more")}}]}""");
        var run = CliRun.Against(_server);

        await run.RunAsync("vm", "ls");

        Assert.Equal(2, run.OutLines.Length);
        Assert.EndsWith("  many words " + new string('m', 300) + " and more", run.OutLines[1]);
    }

    [Fact]
    public async Task Last_column_is_fitted_to_the_terminal()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("a", "many words that wrap " + new string('m', 300))}}]}""");
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, Width = 70, NoColor = true };

        await run.RunAsync("vm", "ls");

        Assert.All(run.OutLines, line => Assert.InRange(line.Length, 1, 70));
        Assert.StartsWith("a     node1  Running  Ready  Debian 12  many words", run.OutLines[1]);
        Assert.EndsWith("m…", run.OutLines[^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(50)]
    public async Task Narrow_terminal_loses_no_column(int width)
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("web01")}}]}""");
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, Width = width, NoColor = true };

        await run.RunAsync("vm", "ls");

        Assert.Equal(["NAME   HOST   STATE    AGENT  OS         MESSAGE", "web01  node1  Running  Ready  Debian 12  ok"], run.OutLines);
    }

    [Fact]
    public async Task Guest_that_talks_without_end_does_not_blow_up_the_table()
    {
        _server.WithJob("Succeeded", Samples.Program("a", 0, new string('x', 100_000)), Samples.Program("b", 0, "short"));
        var run = CliRun.Against(_server);

        await run.RunAsync("run", "--all", "-o", "table", "--", "x");

        Assert.InRange(run.OutLines[1].Length, TextTable.MaxCellLength, TextTable.MaxCellLength + 100);
        Assert.EndsWith("x…", run.OutLines[1]);
        Assert.EndsWith("short", run.OutLines[2]);
    }

    [Fact]
    public async Task Wide_characters_keep_the_columns_aligned()
    {
        _server.On("GET", "/v1/vms", """{"items":[{"name":"日本","host":"n1"},{"name":"web1","host":"n2"}]}""");
        var run = CliRun.Against(_server);

        await run.RunAsync("vm", "ls");

        Assert.Equal(["日本  n1", "web1  n2"], run.OutLines[1..]);
    }

    private static void AssertHarmless(CliRun run) => Assert.All(run.Out + run.Error, character =>
        Assert.True(character == '\n' || char.GetUnicodeCategory(character) is not UnicodeCategory.Control, $"U+{(int)character:X4} in the output"));
}
