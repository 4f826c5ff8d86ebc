using System.Net.Http.Json;
using System.Runtime.Versioning;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Soak;
using Orchestrator.Bench.Soak.Work;
using Orchestrator.Bench.Tests.Fleet.Clients;

namespace Orchestrator.Bench.Tests.Soak;

/// <summary>Steps against a server that gives scripted answers.</summary>
[SupportedOSPlatform("linux")]
public class SoakWorkTests
{
    private const string Ok = "200 OK";

    [Fact]
    public async Task Jobs_rotate_and_every_outcome_must_be_a_success()
    {
        await using var server = new ScriptedServer();
        using var api = new ServerApi(server.Path);
        var work = new JobWork(api, "stay*", 1);
        var answers = server.AnswerAsync((Ok, Job("Succeeded")), (Ok, Job("Failed")));

        await work.StepAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<BenchException>(() => work.StepAsync(CancellationToken.None));

        Assert.Equal(1, work.Done);
        Assert.Contains("0 of them Succeeded", failure.Message);
        Assert.Contains("guest-get-osinfo", failure.Message);
        Assert.Equal(["POST /v1/jobs", "POST /v1/jobs"], await answers);
    }

    [Fact]
    public async Task Webhook_is_made_waited_for_and_deleted()
    {
        await using var server = new ScriptedServer();
        await using var receiver = await WebhookReceiver.StartAsync();
        using var api = new ServerApi(server.Path);
        var work = new WebhookWork(api, receiver);
        var answers = server.AnswerAsync(("201 Created", """{"id":"s7"}"""), (Ok, "{}"));

        var step = work.StepAsync(CancellationToken.None);
        using var sender = new HttpClient();
        while (!step.IsCompleted)
            Assert.Equal(System.Net.HttpStatusCode.NoContent, (await sender.PostAsync(new Uri(receiver.Url), JsonContent.Create(1))).StatusCode);
        await step;

        Assert.Equal(1, work.Done);
        Assert.Equal(["POST /v1/subscriptions", "DELETE /v1/subscriptions/s7"], await answers);
    }

    [Fact]
    public async Task Reader_of_a_job_leaves_after_its_first_bytes()
    {
        await using var server = new ScriptedServer();
        using var api = new ServerApi(server.Path);
        var work = new LeavingWork(api);
        var answers = server.AnswerAsync(("202 Accepted", """{"id":"j1"}"""), (Ok, Job("Succeeded")));

        await work.StepAsync(CancellationToken.None);

        Assert.Equal(1, work.Done);
        Assert.Equal(["POST /v1/jobs", "GET /v1/jobs/j1/events"], await answers);
    }

    [Fact]
    public async Task Churned_vms_are_awaited_both_ways_and_their_emulator_ends()
    {
        using var files = FleetDirectory.Create();
        await using var server = new ScriptedServer();
        using var api = new ServerApi(server.Path);
        var work = new ChurnWork(api, new SoakOptions { Vms = 2, Churn = 4, Program = Script(files, "echo \"$@\" > $(dirname $0)/arguments; echo no machine runs; exec sleep 600") }, files);
        var answers = server.AnswerAsync((Ok, Vms(2)), (Ok, Vms(4)), (Ok, Vms(6)), (Ok, Vms(2)));

        await work.StepAsync(CancellationToken.None);

        Assert.Equal(4, work.Done);
        Assert.Equal(4, (await answers).Count(request => request == "GET /metrics"));
        Assert.StartsWith($"emulate --vms 4 --dir {files.VmDirectory} --prefix gone --events 200 --chaos", File.ReadAllText(files.File("arguments")));
    }

    [Fact]
    public async Task Emulator_that_ends_is_told_with_its_words()
    {
        using var files = FleetDirectory.Create();

        var failure = await Assert.ThrowsAsync<BenchException>(() => EmulatedGroup.StartAsync(Script(files, "echo too many files >&2; exit 1"), files.VmDirectory, "a", 1, [], files.File("log"), CancellationToken.None));

        Assert.Contains("too many files", failure.Message);
    }

    private static string Job(string phase) =>
        $$$"""
        {"job":{"id":"j1","phase":"Running"}}
        {"outcome":{"name":"stay1","host":"h","phase":"{{{phase}}}","effect":"None","elapsedMs":1}}
        {"job":{"id":"j1","phase":"{{{phase}}}"}}

        """;

    private static string Vms(int ready) => $$"""
        orchestrator_vms{otel_scope_name="Orchestrator",agent="Ready",state="Running"} {{ready}}
        """;

    private static string Script(FleetDirectory files, string body)
    {
        var path = files.File("program");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
