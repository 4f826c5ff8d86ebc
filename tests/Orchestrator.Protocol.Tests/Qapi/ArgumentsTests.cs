using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class ArgumentsTests
{
    private static string Encode(string command, string json) => Encode(GuestNamespace.BuiltIn.Schema.Commands[command], json);

    private static string Encode(QapiCommand command, string json) => Encoding.UTF8.GetString(QapiArguments.Encode(command, JsonElement.Parse(json)));

    [Theory]
    [InlineData("guest-ping", "{}", "{}")]
    [InlineData("guest-ping", "null", "{}")]
    [InlineData("guest-exec", """{ "path" : "/bin/sh", "arg": ["-c", "ä\u0041"], "capture-output": true }""", """{"path":"/bin/sh","arg":["-c","äA"],"capture-output":true}""")]
    [InlineData("guest-exec", """{"path":"p","capture-output":"merged"}""", """{"path":"p","capture-output":"merged"}""")]
    [InlineData("guest-file-seek", """{"handle":1,"offset":-5,"whence":2}""", """{"handle":1,"offset":-5,"whence":2}""")]
    [InlineData("guest-file-seek", """{"handle":1,"offset":0,"whence":"end"}""", """{"handle":1,"offset":0,"whence":"end"}""")]
    [InlineData("guest-set-vcpus", """{"vcpus":[{"logical-id":1,"online":false}]}""", """{"vcpus":[{"logical-id":1,"online":false}]}""")]
    public void Fitting_arguments_are_written_compactly(string command, string json, string expected) => Assert.Equal(expected, Encode(command, json));

    [Fact]
    public void Undefined_element_stands_for_no_arguments() =>
        Assert.Equal("{}"u8.ToArray(), QapiArguments.Encode(GuestNamespace.BuiltIn.Schema.Commands["guest-info"], default));

    [Theory]
    [InlineData("guest-file-write", """{"handle":1,"buf":"YQ=="}""", "guest-file-write: arguments: expected one of the members handle, buf-b64, count, found unknown member 'buf'. Leave it out")]
    [InlineData("guest-exec", """{"path":"p","args":[]}""", "guest-exec: arguments: expected one of the members path, arg, env, input-data, capture-output, found unknown member 'args'. Did you mean 'arg'?")]
    [InlineData("guest-ping", """{"x":1}""", "guest-ping: arguments: expected no members, found unknown member 'x'. Leave it out")]
    [InlineData("guest-exec", "{}", "guest-exec: arguments.path: expected a string, which is mandatory, found nothing. Add the member")]
    [InlineData("guest-exec", "null", "guest-exec: arguments.path: expected a string, which is mandatory, found nothing. Add the member")]
    [InlineData("guest-exec", "[]", "guest-exec: arguments: expected an object, found an array")]
    [InlineData("guest-exec", """{"path":"p","arg":null}""", "guest-exec: arguments.arg: expected an array of str, found null. Leave the member out instead of giving null")]
    [InlineData("guest-exec", """{"path":"p","arg":["a",2]}""", "guest-exec: arguments.arg[1]: expected a string, found a number")]
    [InlineData("guest-exec", """{"path":"p","capture-output":1}""", "guest-exec: arguments.capture-output: expected true or false or one of none, stdout, stderr, separated, merged, found a number")]
    [InlineData("guest-exec", """{"path":"p","capture-output":"stdot"}""", "guest-exec: arguments.capture-output: expected one of none, stdout, stderr, separated, merged, found another value. Did you mean 'stdout'?")]
    [InlineData("guest-exec", """{"path":"p","path":"q"}""", "guest-exec: arguments.path: expected each name once, found the name again")]
    [InlineData("guest-exec", """{"path":"\ud800"}""", "guest-exec: arguments.path: expected valid Unicode, found a string with invalid UTF-8 or a lone surrogate")]
    [InlineData("guest-sync", """{"id":9223372036854775808}""", "guest-sync: arguments.id: expected an integer from -9223372036854775808 to 9223372036854775807, found the integer 9223372036854775808")]
    [InlineData("guest-set-vcpus", """{"vcpus":[{"logical-id":1}]}""", "guest-set-vcpus: arguments.vcpus[0].online: expected true or false, which is mandatory, found nothing. Add the member")]
    public void Misfit_is_explained(string command, string json, string message) =>
        Assert.Equal(message, Assert.Throws<QapiValidationException>(() => Encode(command, json)).Message);

    [Fact]
    public void Secret_is_not_repeated_in_the_error()
    {
        var error = Assert.Throws<QapiValidationException>(
            () => Encode("guest-set-user-password", """{"username":"root","password":"hunter2","crypted":false}"""));

        Assert.Equal("arguments.password", error.Path);
        Assert.DoesNotContain("hunter2", error.Message);
        Assert.Contains("base64 -w0", error.Message);
    }

    [Fact]
    public void Command_with_open_arguments_passes_others_on()
    {
        var command = MemorySource.Parse("{ 'command': 'device_add', 'data': { 'driver': 'str' }, 'gen': false }").Commands["device_add"];

        Assert.Equal("""{"driver":"d","x":[1,{"y":null}]}""", Encode(command, """{"driver":"d", "x":[1, {"y":null}]}"""));
        Assert.Throws<QapiValidationException>(() => Encode(command, """{"driver":"d","x":1,"x":2}"""));
    }

    [Fact]
    public void Unknown_tag_of_a_union_is_refused_on_the_way_out()
    {
        var command = MemorySource.Parse(
            """
            { 'enum': 'E', 'data': [ 'a', 'b' ] }
            { 'struct': 'A', 'data': { 'x': 'int' } }
            { 'union': 'U', 'base': { 't': 'E' }, 'discriminator': 't', 'data': { 'a': 'A' } }
            { 'command': 'c', 'boxed': true, 'data': 'U' }
            """).Commands["c"];

        Assert.Equal("""{"x":1,"t":"a"}""", Encode(command, """{"x":1,"t":"a"}"""));
        Assert.Equal("""{"t":"b"}""", Encode(command, """{"t":"b"}"""));
        Assert.Throws<QapiValidationException>(() => Encode(command, """{"t":"b","x":1}"""));
        Assert.Equal("arguments.t", Assert.Throws<QapiValidationException>(() => Encode(command, """{"t":"c"}""")).Path);
    }
}
