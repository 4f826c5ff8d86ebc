using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class TelemetryConfigTests
{
    [Fact]
    public void Without_a_word_everything_is_traced_and_nothing_is_sent()
    {
        var telemetry = Parse("host: a\n").Telemetry;

        Assert.Equal((null, null, 1.0), (telemetry.Otlp, telemetry.Protocol, telemetry.Sample));
    }

    [Theory]
    [InlineData("telemetry: { otlp: 'localhost:4317' }", "'otlp' of 'telemetry' is 'localhost:4317': write the URL of a collector")]
    [InlineData("telemetry: { otlp: 'unix:/x' }", "'otlp' of 'telemetry' is 'unix:/x'")]
    [InlineData("telemetry: { protocol: http/json }", "'protocol' of 'telemetry' is 'http/json': write grpc or http/protobuf")]
    [InlineData("telemetry: { sample: 1.5 }", "'sample' of 'telemetry' is 1.5: write a share from 0 to 1")]
    [InlineData("telemetry: { sample: .nan }", "'sample' of 'telemetry' is NaN")]
    [InlineData("log-format: xml", "f.yaml: 'log-format': there is no log format 'xml'")]
    public void Wrong_value_is_told_with_what_to_write(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ServeException>(() => Parse(text)).Message);

    [Theory]
    [InlineData("telemetry: { otlp: 'https://otel.example.net:4318', protocol: http/protobuf, sample: 0 }")]
    [InlineData("telemetry:")]
    [InlineData("log-format: json")]
    public void Right_value_is_taken(string text) => Assert.NotNull(Parse(text).Telemetry);

    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "f.yaml");
}
