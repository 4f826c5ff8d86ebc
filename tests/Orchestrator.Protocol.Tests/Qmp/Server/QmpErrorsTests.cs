using System.Text;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

public sealed class QmpErrorsTests
{
    /// <summary>The first half in QEMU's own words, the rest in ours where QEMU's would say less.</summary>
    [Theory]
    [InlineData("guest-exec", "{}", "Parameter 'path' is missing")]
    [InlineData("guest-exec", """{"path":true}""", "Invalid parameter type for 'path', expected: string")]
    [InlineData("guest-exec", """{"path":"a","arg":"b"}""", "Invalid parameter type for 'arg', expected: array")]
    [InlineData("guest-exec", """{"path":"a","arg":[1]}""", "Invalid parameter type for 'arg[0]', expected: string")]
    [InlineData("guest-exec", """{"path":"a","colour":1}""", "Parameter 'colour' is unexpected")]
    [InlineData("guest-exec-status", """{"pid":"1"}""", "Invalid parameter type for 'pid', expected: integer")]
    [InlineData("guest-set-vcpus", """{"vcpus":[{"logical-id":0,"online":1}]}""", "Invalid parameter type for 'vcpus[0].online', expected: boolean")]
    [InlineData("guest-set-vcpus", """{"vcpus":[7]}""", "Invalid parameter type for 'vcpus[0]', expected: object")]
    [InlineData("guest-exec-status", """{"pid":1e30}""", "Invalid parameter type for 'pid', expected: integer")]
    [InlineData("guest-file-seek", """{"handle":1,"offset":0,"whence":"middle"}""", "Invalid parameter 'whence': expected ")]
    [InlineData("guest-file-write", """{"handle":1,"buf-b64":"?"}""", "Invalid parameter 'buf-b64': expected ")]
    public void Arguments_that_do_not_fit_are_told_as_QEMU_would(string command, string arguments, string description)
    {
        GuestNamespace.BuiltIn.Schema.TryGetCommand(command, out var known);

        var violation = Assert.Throws<QapiValidationException>(() => EncodedCommand.ForGuest(known!, Encoding.UTF8.GetBytes(arguments))).Violation;

        var error = QmpErrors.Of(violation);
        Assert.Equal("GenericError", error.Class);
        Assert.StartsWith(description, error.Description);
    }

    [Fact]
    public void Names_of_commands_are_in_the_error() =>
        Assert.Equal(("CommandNotFound", "The command guest-nope has not been found"), (QmpErrors.Unknown("guest-nope").Class, QmpErrors.Unknown("guest-nope").Description));
}
