using System.Text.Json;
using Orchestrator.EndToEnd.Tests.HardBehaviours;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Processes;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.Endpoints;

/// <summary>Clients that know QMP and nothing of this product, on the socket of a real VM.</summary>
public sealed class StockClientTests(GuestsFixture guests) : GuestTests(guests, WithoutShutdown), IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Go_qemu_asks_qemu_and_the_guest_and_sees_the_guest_start_again()
    {
        using var program = await GoProgram.BuildAsync();

        var said = await ChildProcess.RunAsync(program.Path, [await SocketAsync()], Limit);

        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()).ToArray();
        Assert.StartsWith("greeting ", lines[0]);
        Assert.EndsWith(" [oob]", lines[0]);
        Assert.Contains("\"status\":\"running\"", After(lines, "query-status "));
        Assert.Contains("\"kernel-release\":", After(lines, "guest-get-osinfo "));
        Assert.Equal("Parameter 'path' is missing", After(lines, "refusal "));
        Assert.Equal("StatusRunning", After(lines, "status "));
        Assert.Matches(@"^\d+\.\d+\.\d+$", After(lines, "version "));
        Assert.Equal("true", After(lines, "supports query-status "));
        Assert.Equal("true", After(lines, "supports guest-get-osinfo "));
        Assert.Equal("true", After(lines, "supports guest-view-file "));
        Assert.Equal("false", After(lines, "supports no-such-command "));
        Assert.Contains("\"os-type\":\"linux\"", After(lines, "event GUEST_STARTUP "));
        Assert.True(Array.FindIndex(lines, line => line.StartsWith("event RESET ", StringComparison.Ordinal)) < Array.FindIndex(lines, line => line.StartsWith("event GUEST_STARTUP ", StringComparison.Ordinal)));
    }

    /// <summary>As somebody types it: single quotes, a command over several lines, a typing mistake.</summary>
    [Fact]
    public async Task Session_typed_over_socat_is_answered_line_by_line()
    {
        const string Typed = """
            { "execute": "qmp_capabilities" }
            {'execute': 'query-status', 'id': 'mine'}
            { "execute": "guest-get-host-name",
              "id": [ 1,
                      2 ] }
            query-status
            {"execute":"guest-ping"} {"execute":"query-name"}
            {"execute":"query-commands"} {"execute":"query-qmp-schema"}
            """;
        var said = Path.Combine(_directory.FullName, "said");
        var script = $"printf '%s\\n' {Quote(Typed)} | {RequiredTool.Find("socat", "socat")} -t 60 - UNIX-CONNECT:{Quote(await SocketAsync())} > {Quote(said)}";

        await ChildProcess.RunAsync("/bin/sh", ["-c", script], Limit);

        var answers = (await File.ReadAllLinesAsync(said)).Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Equal(10, answers.Length);
        Assert.True(answers[0].TryGetProperty("QMP", out _));
        Assert.Equal("{}", answers[1].GetProperty("return").GetRawText());
        Assert.True(answers[2].Is("id", "mine") && answers[2].GetProperty("return").Is("status", "running"));
        Assert.Equal("[1,2]", answers[3].GetProperty("id").GetRawText());
        Assert.Equal(WithoutShutdown, answers[3].GetProperty("return").Text("host-name"));
        // What a monitor says to 'query-status': a keyword, and a number that is none.
        Assert.Equal("JSON parse error, invalid keyword 'query'", answers[4].GetProperty("error").Text("desc"));
        Assert.Equal("JSON parse error, stray '-s'", answers[5].GetProperty("error").Text("desc"));
        Assert.Equal("{}", answers[6].GetProperty("return").GetRawText());
        Assert.Equal(WithoutShutdown, answers[7].GetProperty("return").Text("name"));
        Assert.Equal(["guest-get-osinfo", "query-status"], Known(answers[8]));
        Assert.Equal(["GUEST_STARTUP", "STOP", "guest-get-osinfo", "query-status"], Known(answers[9]));
    }

    /// <summary>Those of QEMU's and of the guest namespace's that an introspection has, each once.</summary>
    private static IEnumerable<string> Known(JsonElement introspection) => introspection.GetProperty("return").EnumerateArray().Select(entry => entry.Text("name")!)
        .Where(name => name is "guest-get-osinfo" or "query-status" or "GUEST_STARTUP" or "STOP").Order(StringComparer.Ordinal);

    private async Task<string> SocketAsync() => (await Guests.Server.VmAsync(WithoutShutdown, vm => vm.TryGetProperty("qmpSocket", out _), "has a QMP socket")).Text("qmpSocket")!;

    private static string After(string[] lines, string prefix) => Assert.Single(lines, line => line.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..];

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
