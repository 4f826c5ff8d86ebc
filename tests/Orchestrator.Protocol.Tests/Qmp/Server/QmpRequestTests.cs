using System.Text;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

public sealed class QmpRequestTests
{
    [Fact]
    public void Members_are_read_in_any_order()
    {
        var request = QmpRequest.Read(Inputs.One("""{"id":{"a":[1,"\u00e9"]},"arguments":{"x":1.50},"execute":"na\u0041me"}"""), outOfBand: false);

        Assert.Null(request.Fault);
        Assert.Equal(("naAme", false), (request.Command, request.OutOfBand));
        Assert.Equal("""{"x":1.50}""", Encoding.ASCII.GetString(request.Arguments.Span));
        Assert.Equal("""{"a":[1,"\u00E9"]}""", Encoding.ASCII.GetString(request.Id.Span));
    }

    [Fact]
    public void Command_without_arguments_and_id_has_none()
    {
        var request = QmpRequest.Read(Inputs.One("""{"execute":"a"}"""), outOfBand: false);

        Assert.True(request is { Fault: null, Arguments.IsEmpty: true, Id.IsEmpty: true });
    }

    [Fact]
    public void Exec_oob_is_out_of_band_where_it_was_negotiated()
    {
        var request = QmpRequest.Read(Inputs.One("""{"exec-oob":"a"}"""), outOfBand: true);

        Assert.True(request is { Fault: null, Command: "a", OutOfBand: true });
    }

    /// <summary>As QEMU 7.2 answered.</summary>
    [Theory]
    [InlineData("[1]", false, "QMP input must be a JSON object")]
    [InlineData("\"a\"", false, "QMP input must be a JSON object")]
    [InlineData("""{"execute":1}""", false, "QMP input member 'execute' must be a string")]
    [InlineData("""{"exec-oob":1}""", true, "QMP input member 'exec-oob' must be a string")]
    [InlineData("{}", false, "QMP input lacks member 'execute'")]
    [InlineData("""{"exec-oob":"a"}""", false, "QMP input member 'exec-oob' is unexpected")]
    [InlineData("""{"exec-oob":"b","execute":"a"}""", true, "QMP input member 'execute' clashes with 'exec-oob'")]
    [InlineData("""{"execute":"a","arguments":[]}""", false, "QMP input member 'arguments' must be an object")]
    [InlineData("""{"execute":"a","arguments":null}""", false, "QMP input member 'arguments' must be an object")]
    [InlineData("""{"execute":"a","control":1}""", false, "QMP input member 'control' is unexpected")]
    public void Message_that_is_no_command_has_qemus_words(string text, bool outOfBand, string fault)
    {
        var request = QmpRequest.Read(Inputs.One(text + " "), outOfBand);

        Assert.Equal(("GenericError", fault), (request.Fault!.Class, request.Fault.Description));
    }

    [Fact]
    public void Faulty_command_keeps_its_id() =>
        Assert.Equal("7", Encoding.ASCII.GetString(QmpRequest.Read(Inputs.One("""{"what":1,"id":7}"""), outOfBand: false).Id.Span));

    [Fact]
    public void Text_that_is_no_json_has_no_id()
    {
        var request = QmpRequest.Read(Inputs.One("""{"id":7,"a":]"""), outOfBand: false);

        Assert.True(request.Id.IsEmpty);
        Assert.Equal("JSON parse error, expecting value", request.Fault!.Description);
    }

    [Fact]
    public void Deep_arguments_are_read()
    {
        var deep = "{\"a\":" + new string('[', 1000) + new string(']', 1000) + "}";

        var request = QmpRequest.Read(Inputs.One("{\"arguments\":" + deep + ",\"execute\":\"a\"}"), outOfBand: false);

        Assert.Equal(deep, Encoding.ASCII.GetString(request.Arguments.Span));
    }
}
