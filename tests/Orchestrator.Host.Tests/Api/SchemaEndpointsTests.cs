using System.Net;
using System.Text.Json;
using Orchestrator.Host.Api;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class SchemaEndpointsTests(ServedFleet fleet)
{
    [Theory]
    [InlineData("items", "guest-ping", "guest-")]
    [InlineData("events", "GUEST_STARTUP", "GUEST_")]
    [InlineData("types", "GuestExecStatus", "")]
    public async Task Names_of_the_guest_namespace_are_in_order(string list, string one, string prefix)
    {
        var names = await NamesAsync(list);

        Assert.Contains(one, names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.All(names, name => Assert.StartsWith(prefix, name));
    }

    [Theory]
    [InlineData("items", "command")]
    [InlineData("events", "event")]
    [InlineData("types", "struct union enum alternate")]
    public async Task Every_schema_is_shown(string list, string kinds)
    {
        foreach (var name in await NamesAsync(list))
        {
            var schema = await fleet.GetAsync($"v1/schemas/{name}");
            Assert.Equal((HttpStatusCode.OK, name), (schema.Status, schema.Json.GetProperty("name").GetString()));
            Assert.Contains(schema.Json.GetProperty("kind").GetString()!, kinds.Split(' '));
            Assert.True(name == "QType" || schema.Json.GetProperty("documentation").GetString() != "", name);
        }
    }

    [Fact]
    public async Task Command_has_arguments_result_and_class()
    {
        var schema = (await fleet.GetAsync("v1/schemas/guest-file-write")).Json;

        var argument = schema.GetProperty("arguments").EnumerateArray().Single(argument => argument.GetProperty("name").GetString() == "buf-b64");
        Assert.Equal(("str", false, true), (argument.GetProperty("type").GetString(), argument.GetProperty("optional").GetBoolean(), argument.GetProperty("base64").GetBoolean()));
        Assert.Equal(("GuestFileWrite", "NonIdempotent"), (schema.GetProperty("returns").GetString(), schema.GetProperty("class").GetString()));
        Assert.Contains("rite", schema.GetProperty("documentation").GetString());
        Assert.False(schema.TryGetProperty("members", out _));
    }

    [Theory]
    [InlineData("GUEST_AGENT_RESTARTED", """[{"name":"incarnation","type":"uint64","optional":false,"base64":false""")]
    [InlineData("GuestExec", """[{"name":"pid","type":"int","optional":false,"base64":false""")]
    [InlineData("GuestExecCaptureOutput", """[{"name":"flag","type":"bool","optional":false,"base64":false""")]
    public async Task Event_and_type_have_members(string name, string start) =>
        Assert.StartsWith(start, (await fleet.GetAsync($"v1/schemas/{name}")).Json.GetProperty("members").GetRawText());

    [Fact]
    public async Task Enum_has_values() => Assert.Equal(
        ["none", "stdout", "stderr", "separated", "merged"],
        (await fleet.GetAsync("v1/schemas/GuestExecCaptureOutputMode")).Json.GetProperty("values").EnumerateArray().Select(value => value.GetProperty("name").GetString()!));

    [Theory]
    [InlineData("guest-nonsense")]
    [InlineData("str")]
    public async Task Unknown_name_is_a_problem(string name) =>
        (await fleet.GetAsync($"v1/schemas/{name}")).IsProblem(HttpStatusCode.NotFound, "unknown-command", name);

    [Fact]
    public void Union_shows_what_its_discriminator_adds()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file,
            """
            { 'enum': 'Store', 'data': [ 'disk', 'tape', 'none' ] }
            { 'struct': 'Disk', 'data': { 'path': 'str' } } { 'struct': 'Tape', 'data': { 'drive': 'int' } }
            { 'union': 'Target', 'base': { 'store': 'Store' }, 'discriminator': 'store', 'data': { 'tape': 'Tape', 'disk': 'Disk' } }
            { 'command': 'guest-backup', 'boxed': true, 'data': 'Target', 'features': [ 'idempotent' ] } { 'event': 'GUEST_BACKUP', 'boxed': true, 'data': 'Target' }
            """);
        var schema = GuestNamespace.Load([file]).Schema;
        File.Delete(file);
        const string Parts = "\"discriminator\":\"store\",\"branches\":{\"disk\":\"Disk\",\"tape\":\"Tape\"}";

        foreach (var (view, kind) in new[] { (SchemaView.Of(schema.Types["Target"]), "union"), (SchemaView.Of(schema.Commands["guest-backup"]), "command"), (SchemaView.Of(schema.Events["GUEST_BACKUP"]), "event") })
        {
            Assert.Equal(kind, view.Kind);
            Assert.Contains(Parts, JsonSerializer.Serialize(view, ApiJson.Default.SchemaView));
        }
    }

    private async Task<string[]> NamesAsync(string list) =>
        [.. (await fleet.GetAsync("v1/schemas")).Json.GetProperty(list).EnumerateArray().Select(name => name.GetString()!)];
}
