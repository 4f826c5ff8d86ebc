using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

/// <summary>Words are those of QEMU 7.2.</summary>
public sealed class QmpNegotiationTests
{
    [Fact]
    public void Negotiation_opens_the_session_once()
    {
        var negotiation = new QmpNegotiation(offersOutOfBand: true);

        Assert.Equal(new CommandError("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'"), Decide(negotiation, """{"execute":"query-status"}"""));
        Assert.False(negotiation.IsComplete);
        Assert.Null(Decide(negotiation, """{"execute":"qmp_capabilities"}"""));
        Assert.True(negotiation.IsComplete);
        Assert.Equal(new CommandError("CommandNotFound", "Capabilities negotiation is already complete, command ignored"), Decide(negotiation, """{"execute":"qmp_capabilities"}"""));
        Assert.False(negotiation.Takes(Request("""{"execute":"query-status"}""")));
    }

    [Theory]
    [InlineData("""{"execute":"qmp_capabilities"}""", false)]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{}}""", false)]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":[]}}""", false)]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":["oob","oob"]}}""", true)]
    public void Out_of_band_is_enabled_when_it_is_asked_for(string text, bool enabled)
    {
        var negotiation = new QmpNegotiation(offersOutOfBand: true);

        Assert.Null(Decide(negotiation, text));
        Assert.Equal((true, enabled), (negotiation.IsComplete, negotiation.OutOfBand));
    }

    [Theory]
    [InlineData("""{"enable":"oob"}""", "Invalid parameter type for 'enable', expected: array")]
    [InlineData("""{"enable":null}""", "Invalid parameter type for 'enable', expected: array")]
    [InlineData("""{"enable":[1]}""", "Invalid parameter type for 'enable[0]', expected: string")]
    [InlineData("""{"x":1}""", "Parameter 'x' is unexpected")]
    [InlineData("""{"enable":["oob","foo"]}""", "Parameter 'enable[1]' does not accept value 'foo'")]
    public void Bad_capability_is_refused_and_negotiation_goes_on(string arguments, string description)
    {
        var negotiation = new QmpNegotiation(offersOutOfBand: true);

        Assert.Equal(new CommandError("GenericError", description), Decide(negotiation, $$"""{"execute":"qmp_capabilities","arguments":{{arguments}}}"""));
        Assert.Equal((false, false), (negotiation.IsComplete, negotiation.OutOfBand));
        Assert.Null(Decide(negotiation, """{"execute":"qmp_capabilities"}"""));
    }

    [Fact]
    public void Capability_that_is_not_offered_is_refused() =>
        Assert.Equal("Capability oob not available", Decide(new QmpNegotiation(offersOutOfBand: false), """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}""")!.Description);

    [Fact]
    public void Negotiation_out_of_band_is_refused()
    {
        var negotiation = new QmpNegotiation(offersOutOfBand: true);
        negotiation.Decide(Request("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"""));

        Assert.Equal("The command qmp_capabilities does not support OOB", Decide(negotiation, """{"exec-oob":"qmp_capabilities"}""")!.Description);
    }

    private static CommandError? Decide(QmpNegotiation negotiation, string text)
    {
        var request = Request(text, negotiation.OutOfBand);
        Assert.True(negotiation.Takes(request));
        return negotiation.Decide(request);
    }

    private static QmpRequest Request(string text, bool outOfBand = false) => QmpRequest.Read(Inputs.One(text), outOfBand);
}
