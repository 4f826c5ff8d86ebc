using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>
/// Every command of the client, in every form, against a server whose every text is hostile: none of it reaches a terminal, or a pipe, as more than
/// text. A new command without a line here fails <see cref="Every_command_has_its_line"/>.
/// </summary>
public sealed class HostileSinksTests : IAsyncLifetime
{
    /// <summary>Window title, CSI in one byte, NUL, new lines, bidirectional override and isolate, line separators, zero-width, invisible.</summary>
    private const string Hostile = "\u001b]0;evil\u0007\u009b31m\0\r\nevil\u0085\u202e\u2066\u2028\u2029\u200b\u2060\ufeff\U000E0041[red]";

    /// <summary>Texts that the form does not show in full are short, so that the marker stays in the cells.</summary>
    private const string Marker = "evil";

    /// <summary>Their output is this program's own, and no server's text is in it.</summary>
    private static readonly string[] WithoutServersTexts = ["serve", "emulate", "completion", "version", "certs init", "certs issue", "certs show"];

    private static readonly string Json = JsonEncodedText(Hostile);

    private FakeServer _server = null!;

    private static readonly string[] AllLines =
    [
        "vm ls", "vm ls -o wide", "vm ls -o yaml", "vm ls -o json", "vm ls -o ndjson",
        "vm get web01", "vm get web01 -o yaml", "vm get web01 -o json", "vm get web01 -o ndjson",
        "vm watch", "vm watch -o ndjson", "vm watch -o json",
        "vm release web01", "vm release --all",
        "job ls", "job ls -o yaml", "job ls -o json", "job ls -o ndjson",
        "job get J", "job get J -o fold", "job get J -o yaml", "job get J -o json", "job get J -o ndjson",
        "job watch J", "job watch J -o fold", "job watch J -o yaml", "job watch J -o json", "job watch J -o ndjson",
        "job cancel J", "job pause J", "job resume J", "job export J", "job wait J",
        "job retry J", "job retry J -o fold", "job retry J -o yaml", "job retry J -o json", "job retry J -o ndjson",
        "ping --all --dry-run", "ping --all --dry-run -o yaml", "ping --all --dry-run -o json", "ping --all --dry-run -o ndjson",
        "job results J", "job results J -o table", "job results J -o yaml", "job results J -o json", "job results J -o ndjson",
        "job results J --diff", "job results J --diff -o yaml", "job results J --diff -o json", "job results J --diff -o ndjson", "job results J --agg .", "job results J --agg . -o yaml", "job results J --agg . -o json", "job results J --agg . -o ndjson",
        "job get J -b --ignore x", "job get J --show failed", "ga guest-get-osinfo --all --diff", "ga guest-get-osinfo --all --agg .", "qmp query-status --all -b", "run --all --agg . -- x", "run --all --diff -- x",
        "set x", "set x -e",
        "why web01", "why web01 -o yaml", "why web01 -o json", "why web01 -o ndjson", "why J u-1", "why J u-1 -o yaml", "why J u-1 -o json", "why J u-1 -o ndjson",
        "doctor", "doctor -o yaml", "doctor -o json", "doctor -o ndjson",
        "job diff J K", "job diff J K -o yaml", "job diff J K -o json", "job diff J K -o ndjson",
        "ping --all", "ping --all -o fold", "ping --all -o yaml", "ping --all -o json", "ping --all -o ndjson", "ping --all --async",
        "ga guest-get-osinfo --all", "ga guest-get-osinfo --all -o fold", "ga guest-get-osinfo --all -o yaml", "ga guest-get-osinfo --all -o json", "ga guest-get-osinfo --all -o ndjson",
        "qmp query-status --all", "qmp query-status --all -o fold", "qmp query-status --all -o yaml", "qmp query-status --all -o json", "qmp query-status --all -o ndjson",
        "run --all -- x", "run --all -o table -- x", "run --all -o yaml -- x", "run --all -o json -- x", "run --all -o ndjson -- x",
        "freeze --all", "freeze --all -o yaml", "freeze --all -o json",
        "thaw G", "thaw G -o yaml", "thaw G -o json", "thaw --all", "thaw --all -o yaml", "thaw --all -o json",
        "snapshot --all --name x", "snapshot --all --name x -o yaml", "snapshot --all --name x -o json", "snapshot --all --name x -o ndjson",
        "migrate --all --to x", "migrate --all --to x -o fold", "migrate --all --to x -o yaml", "migrate --all --to x -o json", "migrate --all --to x -o ndjson",
        "evacuate x --to y", "evacuate x --to y -o fold", "evacuate x --to y -o yaml", "evacuate x --to y -o json", "evacuate x --to y -o ndjson",
        "schema", "schema -o yaml", "schema -o json", "schema -o ndjson", "schema X", "schema X -o yaml", "schema X -o json", "schema X -o ndjson",
        "controller ls", "controller ls -o yaml", "controller ls -o json", "controller ls -o ndjson", "controller get C", "controller get C -o yaml", "controller get C -o json", "controller get C -o ndjson",
        "node ls", "node ls -o json", "node get N", "node drain N", "node remove N --yes",
        "controller pause C", "controller resume C", "controller trigger C", "controller replay C", "controller replay C -o json", "controller replay C -o ndjson",
        "event watch --reconnect 0", "event watch --reconnect 0 -o ndjson", "event watch --reconnect 0 -o json",
        "event ls", "event ls -o yaml", "event ls -o json", "event ls -o ndjson", "event get 1:2", "event get 1:2 -o yaml", "event get 1:2 -o json", "event get 1:2 -o ndjson",
        "event sub create http://x/", "event sub create http://x/ -o yaml", "event sub create http://x/ -o json", "event sub ls", "event sub ls -o yaml", "event sub ls -o json", "event sub ls -o ndjson",
        "event sub get S", "event sub get S -o yaml", "event sub get S -o json", "event sub rm S", "event sub pause S", "event sub resume S", "event sub test S",
        "event sub rotate S", "event sub rotate S -o yaml", "event sub rotate S -o json", "event sub dead S", "event sub dead S -o yaml", "event sub dead S -o json", "event sub dead S -o ndjson",
        "event sub redeliver S --all", "event sub discard S --all",
        // The transfer fails: no local file is made.
        "cp web01:/x /tmp/orchestrator-never", "cp web01:/x /tmp/orchestrator-never -o yaml", "cp web01:/x /tmp/orchestrator-never -o json", "cp web01:/x /tmp/orchestrator-never -o ndjson",
    ];

    public static TheoryData<string> Lines => [.. AllLines];

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        var vm = $$"""{"id":"{{Json}}","name":"{{Json}}","host":"{{Json}}","state":"{{Json}}","runState":"{{Json}}","qemuVersion":"{{Json}}","agent":"{{Json}}","guest":{"os-type":"{{Json}}","os-version":"{{Json}}"},"""
            + $$""" "quarantine":{"reason":"{{Json}}","evidence":[{"command":"{{Json}}","path":"{{Json}}","hex":"{{Json}}"}]},"message":"{{Json}}","labels":{"{{Json}}":"{{Json}}"},"facts":{"{{Json}}":"{{Json}}"} }""";
        var job = $$"""{"id":"{{Json}}","command":"{{Json}}","target":"{{Json}}","phase":"{{Json}}","targets":3,"counts":{},"elapsedMs":1}""";
        string[] outcomes = [Outcome("Succeeded", $$""","result":{"{{Json}}":["{{Json}}"]}"""), Outcome("Failed", $$""","error":{"class":"{{Json}}","desc":"{{Json}}"},"message":"{{Json}}" """),
            Outcome(Json, $$""","exec":{"pid":1,"exitCode":0,"stdout":{"text":"{{Json}}"},"stderr":{"base64":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Hostile))}}","truncated":true} }""")];
        string[] lines = [Samples.JobLine("Running", 3), .. outcomes.Select(Samples.OutcomeLine), $$"""{"job":{{job}}}"""];
        var group = $$"""{"id":"{{Json}}","owner":"{{Json}}","phase":"{{Json}}","vms":[{"name":"{{Json}}","stage":"{{Json}}","consistency":"{{Json}}","reason":"{{Json}}","message":"{{Json}}"}]}""";
        var snapshot = $$"""{"name":"{{Json}}","host":"{{Json}}","phase":"{{Json}}","reason":"{{Json}}","effect":"None","consistency":"{{Json}}","files":[{"disk":"{{Json}}","overlay":"{{Json}}"}],"message":"{{Json}}"}""";
        var node = $$"""{"name":"{{Json}}","state":"{{Json}}","since":"2026-01-01T00:00:00Z","version":"{{Json}}","roles":["{{Json}}"],"address":"{{Json}}","peer":"{{Json}}","startedAt":"2026-01-01T00:00:00Z","isLeader":true,"isSelf":false,"vms":1,"duties":["{{Json}}"]}""";
        var controller = $$"""{"name":"{{Json}}","scope":"{{Json}}","mode":"{{Json}}","health":"{{Json}}","message":"{{Json}}","cursor":"{{Json}}","counts":{"events":1} }""";
        var subscription = $$"""{"id":"{{Json}}","name":"{{Json}}","url":"{{Json}}","status":"{{Json}}","lastError":"{{Json}}","secret":"{{Json}}","pause":{"reason":"{{Json}}"} }""";
        var letters = $$"""{"items":[{"id":"{{Json}}","reason":"{{Json}}","failedAt":"{{Json}}","event":{"type":"{{Json}}","subject":"{{Json}}"} }],"next":"{{Json}}"}""";
        _server.On("POST", "/v1/subscriptions", subscription, 201).On("GET", "/v1/subscriptions", $$"""{"items":[{{subscription}}]}""").On("GET", "/v1/subscriptions/S", subscription).On("DELETE", "/v1/subscriptions/S", subscription)
            .On("POST", "/v1/subscriptions/S:pause", subscription).On("POST", "/v1/subscriptions/S:resume", subscription).On("POST", "/v1/subscriptions/S:rotate", subscription)
            .On("POST", "/v1/subscriptions/S:test", $$"""{"message":"{{Json}}"}""").On("GET", "/v1/subscriptions/S/dead-letters", letters)
            .On("POST", "/v1/subscriptions/S:redeliver", $$"""{"deadLetters":"{{Json}}"}""", 202).On("POST", "/v1/subscriptions/S:discard", $$"""{"deadLetters":"{{Json}}"}""", 202);
        // An id is a UUID, and stands in the paths of requests.
        _server.On("GET", "/v1/vms", $$"""{"items":[{{vm.Replace($"\"id\":\"{Json}\"", "\"id\":\"u-1\"")}}]}""").On("GET", "/v1/vms/web01", vm)
            .On("POST", "/v1/vms/web01:release", vm).On("POST", "/v1/vms/u-1:release", vm)
            .OnStream("GET", "/v1/vms:watch", $$"""{"vm":{{vm}}}""", $$"""{"gone":{"name":"{{Json}}","host":"{{Json}}"} }""")
            .On("GET", "/v1/jobs", $$"""{"items":[{{job}}]}""").On("GET", "/v1/jobs/J", job).On("POST", "/v1/jobs/J:cancel", job).On("POST", "/v1/jobs/J:pause", job).On("POST", "/v1/jobs/J:resume", job)
            .OnStream("POST", "/v1/jobs/J:retry", lines).OnStream("GET", "/v1/jobs/J/export", lines)
            .On("POST", "/v1/jobs:plan", $$"""{"targetHash":"{{Json}}","command":"{{Json}}","class":"{{Json}}","targets":1,"items":[{"name":"{{Json}}","host":"{{Json}}","wave":1,"phase":"{{Json}}","reason":"{{Json}}"}]}""")
            .On("GET", "/v1/jobs/J/invocations", $$"""{"items":[{{string.Join(',', outcomes)}}]}""")
            .On("GET", "/v1/jobs/K", job).On("GET", "/v1/jobs/K/invocations", $$"""{"items":[{{outcomes[2].Replace("\"exitCode\":0", "\"exitCode\":7")}}]}""")
            .On("GET", "/v1/schemas", $$"""{"items":["{{Json}}"],"events":["{{Json}}"],"types":["{{Json}}"]}""")
            .On("GET", "/v1/schemas/X", $$"""{"name":"{{Json}}","documentation":"{{Json}}","returns":"{{Json}}","class":"{{Json}}","arguments":[{"name":"{{Json}}","type":"{{Json}}","documentation":"{{Json}}"}]}""")
            .On("GET", "/v1/version", $$"""{"version":"{{Json}}"}""")
            .OnProblem("GET", "/v1/vms/u-1/file", 502, Json, Json)
            .On("POST", "/v1/freezes", group, 201).On("POST", "/v1/freezes/G:thaw", group)
            .On("POST", "/v1/freezes:thaw", $$"""{"items":[{"name":"{{Json}}","result":"{{Json}}","message":"{{Json}}"}]}""").On("POST", "/v1/snapshots", $$"""{"items":[{{snapshot}}]}""")
            .On("GET", "/v1/migrations", $$"""{"items":[{"phase":"{{Json}}","totalBytes":2,"remainingBytes":1}]}""")
            .OnStream("GET", "/v1/jobs/J/events", lines).OnStream("POST", "/v1/jobs", lines)
            .On("GET", "/v1/nodes", $$"""{"items":[{{node}}]}""").On("GET", "/v1/nodes/N", node).On("POST", "/v1/nodes/N:drain", node, 202).On("POST", "/v1/nodes/N:remove", node)
            .On("GET", "/v1/controllers", $$"""{"items":[{{controller}}]}""").On("GET", "/v1/controllers/C", $$"""{"controller":{{controller}},"instances":[{"key":"{{Json}}","message":"{{Json}}"}],"journal":[{"text":"{{Json}}"}]}""")
            .On("POST", "/v1/controllers/C:pause", $$"""{"controller":{{controller}} }""").On("POST", "/v1/controllers/C:resume", $$"""{"controller":{{controller}} }""").On("POST", "/v1/controllers/C:trigger", $$"""{"event":"{{Json}}"}""", 202)
            .OnStream("POST", "/v1/controllers/C:replay", $$"""{"kind":"{{Json}}","instance":"{{Json}}","position":"{{Json}}","event":"{{Json}}","text":"{{Json}}"}""", """{"kind":"End","text":"1 events"}""")
            .OnStream("GET", "/v1/events", $$$"""{"type":"io.orchestrator.guest.{{{Json}}}","subject":"{{{Json}}}","time":"{{{Json}}}","data":{"data":{"{{{Json}}}":"{{{Json}}}"} } }""",
                $$$"""{"type":"io.orchestrator.stream.gap","data":{"from":"{{{Json}}}","to":2,"reason":"{{{Json}}}"} }""",
                $$$"""{"type":"io.orchestrator.vm.snapshot","subject":"{{{Json}}}","time":"{{{Json}}}","cursor":"{{{Json}}}","data":{"state":"{{{Json}}}","agent":"{{{Json}}}"} }""", """{"type":"io.orchestrator.stream.caughtup"}""")
            .On("GET", "/v1/events/1:2", $$$"""{"id":"{{{Json}}}","type":"{{{Json}}}","data":{"{{{Json}}}":"{{{Json}}}"} }""");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Nothing_that_a_terminal_obeys_is_written(string line)
    {
        foreach (var isTerminal in (bool[])[true, false])
        {
            var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = isTerminal, ErrorIsTerminal = isTerminal, NoColor = true, Width = 400, Time = new FakeTimeProvider() };
            if (line == "ping --all --async")
                _server.On("POST", "/v1/jobs", $$"""{"id":"{{Json}}"}""", 202);

            await run.RunAsync(line.Split(' '));

            Assert.Contains(Marker, run.Out + run.Error);
            AssertHarmless(run);
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task No_problem_that_the_server_tells_is_obeyed(string line)
    {
        foreach (var path in (string[])["/v1/vms", "/v1/vms/web01", "/v1/vms:watch", "/v1/jobs", "/v1/jobs/J", "/v1/jobs/K", "/v1/jobs/J/events", "/v1/events", "/v1/schemas", "/v1/schemas/X", "/v1/jobs/J:pause", "/v1/jobs/J:resume", "/v1/jobs/J:retry", "/v1/jobs/J/export", "/v1/jobs:plan", "/v1/freezes", "/v1/freezes/G:thaw", "/v1/freezes:thaw", "/v1/snapshots", "/v1/nodes", "/v1/nodes/N", "/v1/nodes/N:drain", "/v1/nodes/N:remove", "/v1/controllers", "/v1/controllers/C", "/v1/controllers/C:pause", "/v1/controllers/C:resume", "/v1/controllers/C:replay", "/v1/controllers/C:trigger", "/v1/events/1:2", "/v1/subscriptions", "/v1/subscriptions/S", "/v1/subscriptions/S:pause", "/v1/subscriptions/S:resume", "/v1/subscriptions/S:rotate", "/v1/subscriptions/S:test", "/v1/subscriptions/S/dead-letters", "/v1/subscriptions/S:redeliver", "/v1/subscriptions/S:discard"])
            _server.OnProblem("GET", path, 500, Json, Json).OnProblem("POST", path, 500, Json, Json).OnProblem("DELETE", path, 500, Json, Json);
        _server.OnProblem("POST", "/v1/vms/web01:release", 409, Json, Json).OnProblem("POST", "/v1/jobs/J:cancel", 409, Json, Json);
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, ErrorIsTerminal = true, NoColor = true, Time = new FakeTimeProvider() };

        Assert.NotEqual(0, await run.RunAsync(line.Split(' ')));

        Assert.Contains(Marker, run.Error);
        AssertHarmless(run);
    }

    [Fact]
    public async Task Names_offered_for_completion_are_harmless()
    {
        var run = new CliRun { Server = _server.SocketPath };

        await run.RunAsync("[suggest:20]", $"orchestrator vm get  --server {_server.SocketPath}");

        AssertHarmless(run);
    }

    [Fact]
    public void Every_command_has_its_line()
    {
        var root = CommandLine.BuildRoot(new CommandHost(new CliEnvironment { Out = TextWriter.Null, Error = TextWriter.Null, OpenInput = () => Stream.Null, Variable = _ => null }), (_, _) => Task.FromResult(0));
        var commands = Leaves(root, "").Except(WithoutServersTexts).Order().ToArray();

        Assert.True(commands.Length >= 12);
        Assert.All(commands, command => Assert.True(AllLines.Any(line => line.StartsWith(command, StringComparison.Ordinal)), $"{command} has no line"));
    }

    [Fact]
    public void Log_of_the_server_is_one_harmless_line_per_entry()
    {
        var output = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(LogLevel.Error, "Orchestrator", new EventId(7), Hostile, new InvalidOperationException(Hostile), (state, _) => state);

        new HarmlessConsole().Write(entry, null, output);

        var text = output.ToString();
        Assert.StartsWith("fail: Orchestrator[7] \\x1b]0;evil\\x07\\x9b31m\\x00\\r\\nevil", text);
        Assert.Contains("InvalidOperationException", text);
        Assert.Equal(text.Length - 1, text.IndexOf('\n'));
        Assert.DoesNotContain(text[..^1].EnumerateRunes(), HarmlessJsonEncoder.IsObeyed);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("yaml")]
    [InlineData("json")]
    [InlineData("ndjson")]
    public async Task Certificate_of_somebody_else_is_shown_harmlessly(string format)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(Hostile.Replace("\0", ""));
        using var certificate = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, certificate.ExportCertificatePem());
            var run = new CliRun { OutIsTerminal = true, NoColor = true, Width = 400 };

            Assert.Equal(0, await run.RunAsync("certs", "show", path, "-o", format));

            Assert.Contains(Marker, run.Out);
            AssertHarmless(run);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Outcome(string phase, string rest) => $$"""{"vm":"u-{{Json}}","name":"{{Json}}{{phase}}","host":"{{Json}}","phase":"{{phase}}","reason":"{{Json}}","effect":"None","elapsedMs":0.5{{rest}}}""";

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(child => Leaves(child, path.Length == 0 ? child.Name : $"{path} {child.Name}"));

    private static string JsonEncodedText(string text) => System.Text.Json.JsonEncodedText.Encode(text).ToString();

    private static void AssertHarmless(CliRun run) => Assert.All((run.Out + run.Error).EnumerateRunes(), character =>
        Assert.True(character.Value is '\n' || !HarmlessJsonEncoder.IsObeyed(character), $"U+{character.Value:X4} in the output"));
}
