using System.Net;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class VmEndpointsTests(ServedFleet fleet)
{
    [Fact]
    public async Task Vm_is_shown_with_exactly_these_members()
    {
        var answer = await fleet.GetAsync("v1/vms/web1");

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.Status, answer.MediaType));
        var facts = answer.Json.GetProperty("facts");
        var socket = answer.Json.GetProperty("qmpSocket").GetString()!;
        Assert.EndsWith("/qmp/web1.sock", socket, StringComparison.Ordinal);
        Assert.Equal(
            """{"id":"00000000-0000-4000-8000-000000000001","name":"web1","host":"node1","state":"Running","runState":"running","qemuVersion":"7.2.22","agent":"Ready","incarnation":1"""
            + ""","guest":{"os-type":"linux","os-version":"Debian GNU/Linux 12 (bookworm)","agent-version":"7.2.22"}"""
            + $$""","since":"TIME","qmpSocket":"{{socket}}","labels":{"role":"web"},"facts":{{facts.GetRawText()}}}""",
            answer.Masked);
        Assert.Equal(
            ["agent.port=qga0", "agent.version=7.2.22", "os.id=debian", "os.kernel-release=6.1.0", "os.machine=x86_64", "os.name=Debian GNU/Linux", "os.pretty-name=Debian GNU/Linux 12 (bookworm)", "os.version-id=12", "os.version=12 (bookworm)", "qemu.name=web1", "qemu.version=7.2.22"],
            facts.EnumerateObject().Select(fact => $"{fact.Name}={fact.Value.GetString()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Vm_without_an_agent_leaves_out_what_only_an_agent_tells()
    {
        var vm = (await fleet.GetAsync("v1/vms/db1")).Json;

        Assert.Equal("None", vm.GetProperty("agent").GetString());
        Assert.Equal(0, vm.GetProperty("incarnation").GetInt32());
        Assert.False(vm.TryGetProperty("guest", out _));
        Assert.Equal("{}", vm.GetProperty("labels").GetRawText());
    }

    [Theory]
    [InlineData("v1/vms", "db1 web1 web2")]
    [InlineData("v1/vms?target=web*", "web1 web2")]
    [InlineData("v1/vms?target=l:role%3Dweb%20and%20not%20web2", "web1")]
    [InlineData("v1/vms?target=f:os.id%3Ddebian", "web1 web2")]
    [InlineData("v1/vms?target=nobody", "")]
    public async Task Vms_are_listed_by_name_and_selector(string path, string expected) =>
        Assert.Equal(expected, string.Join(' ', (await fleet.GetAsync(path)).Json.GetProperty("items").EnumerateArray().Select(vm => vm.GetProperty("name").GetString())));

    [Fact]
    public async Task Vm_is_found_by_its_uuid() =>
        Assert.Equal("web2", (await fleet.GetAsync($"v1/vms/{fleet.Web2.Uuid}")).Json.GetProperty("name").GetString());

    [Theory]
    [InlineData("v1/vms/web3", 404, "vm-not-found", "GET /v1/vms lists them")]
    [InlineData("v1/vms?target=web[1", 400, "invalid-selector", "")]
    [InlineData("v1/vms:watch?target=web[1", 400, "invalid-selector", "")]
    [InlineData("v1/events?target=(", 400, "invalid-selector", "")]
    [InlineData("v1/events?since=yesterday", 400, "invalid-request", "2026-01-01T00:00:00Z")]
    [InlineData("v1/events?from=12", 400, "invalid-request", "beginning")]
    [InlineData("v1/events?from=beginning&since=1h", 400, "invalid-request", "one place")]
    [InlineData("v1/events?initial=true&since=1h", 400, "invalid-request", "one place")]
    [InlineData("v1/events?limit=0", 400, "invalid-request", "1 up")]
    [InlineData("v1/events?cursor=!", 400, "invalid-cursor", "not one that this program made")]
    [InlineData("v1/events?cursor=QUJD", 400, "invalid-cursor", "")]
    [InlineData("v1/events?filter=type%20%3D", 400, "invalid-filter", "offset 6: expected a value")]
    [InlineData("v1/events/1:1", 404, "event-not-found", "EPOCH:SEQUENCE")]
    [InlineData("v1/events/x", 404, "event-not-found", "EPOCH:SEQUENCE")]
    [InlineData("v1/ws", 400, "invalid-request", "Upgrade: websocket")]
    [InlineData("v1/nothing", 404, "not-found", "/v1/nothing")]
    [InlineData("v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV", 404, "job-not-found", "there is no job")]
    [InlineData("v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV/invocations", 404, "job-not-found", "there is no job")]
    [InlineData("v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV/events", 404, "job-not-found", "there is no job")]
    [InlineData("v1/schemas/guest-nothing", 404, "unknown-command", "GET /v1/schemas lists them")]
    public async Task Request_that_cannot_be_answered_is_a_problem(string path, int status, string code, string detail) =>
        (await fleet.GetAsync(path)).IsProblem((HttpStatusCode)status, code, detail);

    [Fact]
    public async Task Name_that_is_also_a_uuid_is_ambiguous()
    {
        var imposter = new FakeVm(fleet.Web1.Uuid.ToString(), Guid.NewGuid()) { HasAgent = false };
        await fleet.Node.AddAsync(imposter);

        (await fleet.GetAsync($"v1/vms/{fleet.Web1.Uuid}")).IsProblem(HttpStatusCode.Conflict, "ambiguous-name", "use its UUID");
        await fleet.Node.RemoveAsync(imposter);
    }

    [Fact]
    public async Task Watch_tells_all_vms_then_those_that_come_and_go()
    {
        using var reader = await fleet.OpenAsync("v1/vms:watch?target=not%20web*");
        Assert.Equal("db1", await NextNameAsync(reader));

        var guest = new FakeVm("db2", Guid.NewGuid()) { HasAgent = false };
        await fleet.Node.AddAsync(guest);
        Assert.Equal("db2", await NextNameAsync(reader));
        await fleet.Node.RemoveAsync(guest);
        string line;
        while (!(line = (await reader.ReadLineAsync())!).StartsWith("""{"gone":""", StringComparison.Ordinal))
            Assert.StartsWith("""{"vm":{""", line);
        Assert.Equal("""{"gone":{"name":"db2","host":"node1"}}""", line);
    }

    [Fact]
    public async Task Watch_as_server_sent_events_names_each()
    {
        using var reader = await fleet.OpenAsync("v1/vms:watch?target=web1", "text/event-stream");

        Assert.Equal("event: vm", await reader.ReadLineAsync());
        Assert.StartsWith("""data: {"vm":{"id":"00000000-0000-4000-8000-000000000001",""", await reader.ReadLineAsync());
        Assert.Equal("", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Guest_command_answers_with_its_outcome()
    {
        var answer = await fleet.PostAsync("v1/vms/web1/agent/guest-get-time");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            """{"vm":"00000000-0000-4000-8000-000000000001","name":"web1","host":"node1","phase":"Succeeded","effect":"Applied","elapsedMs":0,"result":1700000000000000000}""",
            answer.Masked);
    }

    [Fact]
    public async Task Guest_error_is_an_outcome_and_no_problem()
    {
        var answer = await fleet.PostAsync("v1/vms/web1/agent/guest-file-open", """{"path":"/nowhere"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("Refused", "GuestError"), (answer.Json.GetProperty("phase").GetString(), answer.Json.GetProperty("reason").GetString()));
        Assert.Equal("""{"class":"GenericError","desc":"no such thing here"}""", answer.Json.GetProperty("error").GetRawText());
    }

    [Fact]
    public async Task Vm_without_an_agent_gets_no_guest_command()
    {
        var outcome = (await fleet.PostAsync("v1/vms/db1/agent/guest-ping")).Json;

        Assert.Equal(("Undelivered", "AgentAbsent", "None"), (outcome.GetProperty("phase").GetString(), outcome.GetProperty("reason").GetString(), outcome.GetProperty("effect").GetString()));
    }

    [Fact]
    public async Task Qmp_command_answers_with_its_outcome() =>
        Assert.Equal("web1", (await fleet.PostAsync("v1/vms/web1/qmp/query-name", "{}")).Json.GetProperty("result").GetProperty("name").GetString());

    [Fact]
    public async Task Qmp_command_that_qemu_does_not_know_is_refused_by_qemu()
    {
        var outcome = (await fleet.PostAsync("v1/vms/web1/qmp/query-nothing")).Json;

        Assert.Equal(("Refused", "Unsupported"), (outcome.GetProperty("phase").GetString(), outcome.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("web1/agent/query-status", "", 404, "unknown-command", "POST it to …/qmp/query-status")]
    [InlineData("web1/qmp/guest-ping", "", 404, "unknown-command", "POST it to …/agent/guest-ping")]
    [InlineData("web1/agent/guest-nothing", "", 404, "unknown-command", "GET /v1/schemas lists them")]
    [InlineData("web3/agent/guest-ping", "", 404, "vm-not-found", "there is no VM 'web3'")]
    [InlineData("web1/agent/guest-ping?timeoutMs=0", "", 400, "invalid-request", "between 1 and 86400000")]
    [InlineData("web1/agent/guest-ping?timeoutMs=soon", "", 400, "invalid-request", "between 1 and 86400000")]
    [InlineData("web1/agent/guest-file-open", "{", 400, "invalid-request", "the body is not as it should be")]
    [InlineData("web1/agent/guest-file-open", """{"path":"/a","path":"/b"}""", 400, "invalid-request", "path")]
    [InlineData("web1/agent/guest-file-open", "{}", 422, "invalid-arguments", "path")]
    [InlineData("web1/agent/guest-file-open", """{"path":1}""", 422, "invalid-arguments", "path")]
    [InlineData("web1/agent/guest-file-open", """{"path":"/a","mod":"r"}""", 422, "invalid-arguments", "mod")]
    [InlineData("web1/agent/guest-ping", "[]", 422, "invalid-arguments", "")]
    public async Task Single_command_that_cannot_be_sent_is_a_problem(string path, string body, int status, string code, string detail) =>
        (await fleet.PostAsync("v1/vms/" + path, body)).IsProblem((HttpStatusCode)status, code, detail);

    private static async Task<string> NextNameAsync(StreamReader reader) =>
        JsonElement.Parse((await reader.ReadLineAsync())!).GetProperty("vm").GetProperty("name").GetString()!;
}
