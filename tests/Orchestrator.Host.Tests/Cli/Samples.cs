namespace Orchestrator.Host.Tests.Cli;

/// <summary>Answers in the shapes of docs/API.md.</summary>
internal static class Samples
{
    public const string JobId = "01JABCDEFGHJKMNPQRSTVWXYZ0";

    /// <summary>ESC, CSI as one byte, BEL, carriage return and a right-to-left override: what a hostile guest would send.</summary>
    public const string Hostile = "\\u001b[2J\\u009b31m\\u0007\\r\\u202e[red]";

    public static string Job(string phase, int targets, double elapsedMs = 412, string counts = "{}", string command = "guest-ping", string id = JobId) =>
        $$"""{"id":"{{id}}","command":"{{command}}","target":"*","phase":"{{phase}}","targets":{{targets}},"counts":{{counts}},"reasons":{},"createdAt":"2026-01-01T00:00:00Z","elapsedMs":{{elapsedMs}}}""";

    public static string JobLine(string phase, int targets) => $$"""{"job":{{Job(phase, targets)}}}""";

    public static string OutcomeLine(string outcome) => $$"""{"outcome":{{outcome}}}""";

    public static string Succeeded(string name, string result = "{}", double elapsedMs = 1) =>
        $$"""{"vm":"u-{{name}}","name":"{{name}}","host":"node1","phase":"Succeeded","effect":"Applied","elapsedMs":{{elapsedMs}},"result":{{result}}}""";

    public static string Ended(string name, string phase, string reason, string message = "why") =>
        $$"""{"vm":"u-{{name}}","name":"{{name}}","host":"node1","phase":"{{phase}}","reason":"{{reason}}","effect":"None","elapsedMs":0.5,"message":"{{message}}"}""";

    public static string Program(string name, int exitCode, string stdout, string phase = "Succeeded") =>
        $$"""{"vm":"u-{{name}}","name":"{{name}}","host":"node1","phase":"{{phase}}","effect":"Applied","elapsedMs":2,"exec":{"pid":118,"exitCode":{{exitCode}},"stdout":{"text":"{{stdout}}","bytes":1,"truncated":false} } }""";

    public static string Vm(string name, string message = "ok") =>
        $$"""{"id":"5f0c-{{name}}","name":"{{name}}","host":"node1","state":"Running","qemuVersion":"7.2.22","agent":"Ready","guest":{"os-type":"linux","os-version":"Debian 12"},"message":"{{message}}","labels":{"role":"web"} }""";

    /// <summary>A server whose job of this command has these outcomes and ends with a phase.</summary>
    public static FakeServer WithJobOf(this FakeServer server, string command, string phase, params string[] outcomes) => server.OnStream(
        "POST",
        "/v1/jobs",
        [$$"""{"job":{{Job("Running", outcomes.Length, command: command)}}}""", .. outcomes.Select(OutcomeLine), $$"""{"job":{{Job(phase, outcomes.Length, command: command)}}}"""]);

    /// <summary>A server that has an ended job with these outcomes.</summary>
    public static FakeServer WithEndedJob(this FakeServer server, string id, string command, string phase, params string[] outcomes) => server
        .On("GET", $"/v1/jobs/{id}", Job(phase, outcomes.Length, command: command, id: id))
        .On("GET", $"/v1/jobs/{id}/invocations", $$"""{"items":[{{string.Join(',', outcomes)}}]}""");

    /// <summary>A server whose job has these outcomes and ends with a phase.</summary>
    public static FakeServer WithJob(this FakeServer server, string phase, params string[] outcomes) =>
        server.OnStream("POST", "/v1/jobs", [JobLine("Running", outcomes.Length), .. outcomes.Select(OutcomeLine), JobLine(phase, outcomes.Length)]);
}
