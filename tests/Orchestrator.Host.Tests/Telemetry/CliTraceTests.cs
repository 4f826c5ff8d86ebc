using Orchestrator.Host.Tests.Cli;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>What the client does with a trace where it makes no spans itself, and where its collector is away.</summary>
public sealed class CliTraceTests : IAsyncLifetime
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = (await FakeServer.StartAsync()).On("GET", "/v1/vms", """{"items":[]}""");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Trace_of_the_environment_is_passed_on_as_it_is()
    {
        await ListAsync(("TRACEPARENT", Parent), ("TRACESTATE", "vendor=1"));

        var request = _server.Single("GET", "/v1/vms");
        Assert.Equal((Parent, "vendor=1"), (request.Traceparent, request.Tracestate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    public async Task What_is_no_trace_is_not_passed_on(string parent)
    {
        await ListAsync(("TRACEPARENT", parent), ("TRACESTATE", "vendor=1"));

        var request = _server.Single("GET", "/v1/vms");
        Assert.Equal((null, null), (request.Traceparent, request.Tracestate));
    }

    [Fact]
    public async Task Without_an_environment_there_is_no_trace()
    {
        await ListAsync();

        Assert.Null(_server.Single("GET", "/v1/vms").Traceparent);
    }

    [Fact]
    public async Task With_a_collector_each_request_has_a_span_of_its_own_in_the_callers_trace_and_nobody_need_be_there()
    {
        await ListAsync(("TRACEPARENT", Parent), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));

        var sent = _server.Single("GET", "/v1/vms").Traceparent;
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", sent);
        Assert.EndsWith("-01", sent);
        Assert.DoesNotContain("b7ad6b7169203331", sent);
    }

    private async Task ListAsync(params (string Name, string Value)[] variables)
    {
        var run = new CliRun { Server = _server.SocketPath, Variables = variables.ToDictionary(variable => variable.Name, variable => variable.Value) };
        Assert.True(await run.RunAsync("vm", "ls") == 0, run.Error);
        Assert.Empty(run.Error);
    }
}
