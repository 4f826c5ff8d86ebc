using System.Net;

namespace Orchestrator.Host.Tests.Api;

/// <summary>What a VM's own QEMU understands, and commands held against it.</summary>
[Collection(nameof(ServedFleet))]
public sealed class VmSchemaTests(ServedFleet fleet)
{
    [Fact]
    public async Task Commands_of_the_VMs_QEMU_are_listed_in_order() =>
        Assert.Equal("""{"items":["block-stream","query-name"]}""", (await fleet.GetAsync("v1/vms/web2/schema")).Body);

    [Fact]
    public async Task Command_is_shown_with_types_in_words() => Assert.Equal(
        """{"name":"block-stream","kind":"command","arguments":[{"name":"device","type":"str","optional":false,"base64":false},{"name":"on-error","type":"one of report, stop","optional":true,"base64":false}]"""
        + ""","returns":"an array of objects","class":"NonIdempotent","features":["unstable"],"documentation":""}""",
        (await fleet.GetAsync("v1/vms/web2/schema/block-stream")).Body);

    [Theory]
    [InlineData("v1/vms/web2/schema/block-steam", HttpStatusCode.NotFound, "unknown-command", "GET /v1/vms/web2/schema lists them")]
    [InlineData("v1/vms/web3/schema", HttpStatusCode.NotFound, "vm-not-found", "web3")]
    [InlineData("v1/vms/web1/schema", HttpStatusCode.ServiceUnavailable, "schema-unavailable", "GET /v1/vms/web1 says how it is")]
    public async Task What_is_not_known_is_a_problem(string path, HttpStatusCode status, string code, string detail) =>
        (await fleet.GetAsync(path)).IsProblem(status, code, detail);

    [Fact]
    public async Task Command_that_fits_is_QEMUs_to_answer() =>
        Assert.Contains("\"phase\":\"Succeeded\"", (await fleet.PostAsync("v1/vms/web2/qmp/query-name")).Body, StringComparison.Ordinal);

    [Theory]
    [InlineData("query-nam", "{}", "Unsupported", "this QEMU has no command 'query-nam'. Did you mean 'query-name'?")]
    [InlineData("block-stream", """{"device":"d","on-error":"stopp"}""", "InvalidArgument", "block-stream: arguments.on-error: expected one of report, stop, found another value. Did you mean 'stop'?")]
    public async Task Command_that_does_not_fit_is_refused_without_effect(string command, string arguments, string reason, string message)
    {
        var outcome = (await fleet.PostAsync($"v1/vms/web2/qmp/{command}", arguments)).Json;

        Assert.Equal(
            ("Refused", reason, "None", message),
            (outcome.GetProperty("phase").GetString(), outcome.GetProperty("reason").GetString(), outcome.GetProperty("effect").GetString(), outcome.GetProperty("message").GetString()));
    }
}
