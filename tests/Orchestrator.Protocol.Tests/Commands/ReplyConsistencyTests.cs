using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Commands;

public class ReplyConsistencyTests
{
    [Theory]
    [InlineData("""{"count":3,"buf-b64":"YWJj","eof":true}""")]
    [InlineData("""{"eof":false,"buf-b64":"YWI=","count":2}""")]
    [InlineData("""{"count":1,"buf-b64":"YQ==","eof":true}""")]
    [InlineData("""{"count":0,"buf-b64":"","eof":true}""")]
    public void File_read_whose_count_is_the_length_of_its_bytes_passes(string value) => Assert.Null(Decode("guest-file-read", """{"handle":1,"count":3}""", value));

    [Theory]
    [InlineData("""{"count":4,"buf-b64":"YWJj","eof":true}""", "3, the length of buf-b64", "4")]
    [InlineData("""{"count":-1,"buf-b64":"","eof":true}""", "0, the length of buf-b64", "-1")]
    [InlineData("""{"count":0,"buf-b64":"YQ==","eof":true}""", "1, the length of buf-b64", "0")]
    [InlineData("""{"count":4,"buf-b64":"YWJjZA==","eof":true}""", "at most 3, as was asked for", "4")]
    public void File_read_that_lies_about_its_length_is_a_violation(string value, string expected, string actual)
    {
        var violation = Decode("guest-file-read", """{"handle":1,"count":3}""", value);

        Assert.Equal(("return.count", expected, actual), (violation!.Path, violation.Expected, violation.Actual));
    }

    [Fact]
    public void File_read_without_a_count_may_bring_as_much_as_the_agent_reads_then()
    {
        Assert.Null(Decode("guest-file-read", """{"handle":1}""", Read(4096)));
        Assert.NotNull(Decode("guest-file-read", """{"handle":1}""", Read(4097)));
    }

    [Theory]
    [InlineData("""{"exited":true,"exitcode":0}""", true)]
    [InlineData("""{"exited":true,"signal":9}""", true)]
    [InlineData("""{"exited":false}""", true)]
    [InlineData("""{"exited":true,"exitcode":0,"signal":9}""", false)]
    public void Program_ends_in_one_way(string value, bool passes) => Assert.Equal(passes, Decode("guest-exec-status", """{"pid":1}""", value) is null);

    private static string Read(int length) => $$"""{"count":{{length}},"buf-b64":"{{Convert.ToBase64String(new byte[length])}}","eof":false}""";

    private static Protocol.Qapi.QapiViolation? Decode(string command, string arguments, string value)
    {
        using var document = JsonDocument.Parse(arguments);
        return EncodedCommand.ForGuest(command, document.RootElement).Decode(Encoding.UTF8.GetBytes(value), out _, out _);
    }
}
