using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Commands;

public class EncodedCommandTests
{
    [Theory]
    [InlineData("guest-ping", null, 1L, """{"execute":"guest-ping","id":1}""")]
    [InlineData("guest-ping", "{}", long.MaxValue, """{"execute":"guest-ping","id":9223372036854775807}""")]
    [InlineData("guest-ping", "null", long.MinValue, """{"execute":"guest-ping","id":-9223372036854775808}""")]
    [InlineData("guest-file-read", """ { "handle" : 1000, "count" : 10 } """, 7L, """{"execute":"guest-file-read","arguments":{"handle":1000,"count":10},"id":7}""")]
    public void Guest_command_is_one_line_with_its_id_last(string name, string? arguments, long id, string expected)
    {
        var command = EncodedCommand.ForGuest(name, arguments is null ? default : JsonElement.Parse(arguments));

        Assert.Equal(expected + "\n", Written(command, id));
    }

    [Fact]
    public void Qmp_command_keeps_its_arguments_as_they_are() =>
        Assert.Equal(
            """{"execute":"blockdev-add","arguments":{"b":[1,2.50,null],"a":{"x":true}},"id":3}""" + "\n",
            Written(EncodedCommand.ForQmp("blockdev-add", JsonElement.Parse("""{"b": [1, 2.50, null], "a": {"x": true}}""")), 3));

    [Fact]
    public void Out_of_band_command_says_so() =>
        Assert.Equal("""{"exec-oob":"yank","id":3}""" + "\n", Written(EncodedCommand.ForQmp("yank", outOfBand: true), 3));

    [Fact]
    public void Text_beyond_ASCII_and_line_ends_never_stand_raw_in_a_line()
    {
        var line = Written(EncodedCommand.ForQmp("x\ny", JsonElement.Parse("""{"a":"1\n2\r3é"}""")), 1);

        Assert.Equal(line.Length - 1, line.IndexOf('\n'));
        Assert.DoesNotContain('\r', line);
        Assert.Equal("1\n2\r3é", JsonElement.Parse(line).GetProperty("arguments").GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    public void Qmp_arguments_that_are_no_object_are_refused(string arguments) =>
        Assert.Throws<QapiValidationException>(() => EncodedCommand.ForQmp("query-name", JsonElement.Parse(arguments)));

    [Theory]
    [InlineData("guest-ping", """{"unknown":1}""")]
    [InlineData("guest-file-read", "{}")]
    [InlineData("guest-file-read", """{"handle":"1000"}""")]
    [InlineData("guest-file-read", "[]")]
    public void Guest_arguments_that_do_not_fit_are_refused_before_anything_is_sent(string name, string arguments) =>
        Assert.Throws<QapiValidationException>(() => EncodedCommand.ForGuest(name, JsonElement.Parse(arguments)));

    [Fact]
    public void Unknown_guest_command_is_refused() =>
        Assert.Contains("guest-nothing", Assert.Throws<ArgumentException>(() => EncodedCommand.ForGuest("guest-nothing")).Message);

    [Theory]
    [InlineData("guest-ping", CommandClass.ReadOnly, true)]
    [InlineData("guest-fsfreeze-thaw", CommandClass.Idempotent, true)]
    [InlineData("guest-exec", CommandClass.NonIdempotent, true)]
    [InlineData("guest-shutdown", CommandClass.NonIdempotent, false)]
    public void Guest_command_knows_what_a_second_execution_does_and_whether_it_answers(string name, CommandClass expected, bool answers)
    {
        var arguments = name == "guest-exec" ? JsonElement.Parse("""{"path":"true"}""") : default;
        var command = EncodedCommand.ForGuest(name, arguments);

        Assert.Equal((expected, answers, true), (command.Class, command.SuccessResponse, command.FromGuest));
    }

    [Fact]
    public void Qmp_queries_are_read_only_and_all_else_is_not_repeated()
    {
        Assert.Equal(CommandClass.ReadOnly, EncodedCommand.ForQmp("query-status").Class);
        Assert.Equal(CommandClass.NonIdempotent, EncodedCommand.ForQmp("stop").Class);
    }

    [Fact]
    public void Question_is_the_same_for_what_asks_the_same()
    {
        var one = EncodedCommand.ForGuest("guest-file-read", JsonElement.Parse("""{"handle":1,"count":2}"""));
        var same = EncodedCommand.ForGuest("guest-file-read", JsonElement.Parse("""{ "handle": 1, "count": 2 }"""));
        var other = EncodedCommand.ForGuest("guest-file-read", JsonElement.Parse("""{"handle":1,"count":3}"""));

        Assert.Equal(one.Question, same.Question);
        Assert.NotEqual(one.Question, other.Question);
    }

    [Theory]
    [InlineData("guest-ping", null, 4L * 1024 * 1024)]
    [InlineData("guest-exec-status", """{"pid":1}""", 44_743_336L)]
    [InlineData("guest-file-read", """{"handle":1}""", 5464L + 4096)]
    [InlineData("guest-file-read", """{"handle":1,"count":3}""", 4L + 4096)]
    [InlineData("guest-file-read", """{"handle":1,"count":4}""", 8L + 4096)]
    [InlineData("guest-file-read", """{"handle":1,"count":50331648}""", 67_108_864L + 4096)]
    [InlineData("guest-file-read", """{"handle":1,"count":9223372036854775807}""", 67_108_864L + 4096)]
    [InlineData("guest-file-read", """{"handle":1,"count":-5}""", 4096L)]
    public void Answer_is_limited_by_what_was_asked(string name, string? arguments, long expected) =>
        Assert.Equal(expected, EncodedCommand.ForGuest(name, arguments is null ? default : JsonElement.Parse(arguments)).MaxReplyBytes);

    [Fact]
    public void Two_full_streams_fit_the_limit_of_an_exec_status()
    {
        var stream = Convert.ToBase64String(new byte[16 * 1024 * 1024]).Length;

        Assert.InRange(ReplyLimits.ExecStatus, (2 * stream) + 1024, (2 * stream) + 8192);
    }

    private static string Written(EncodedCommand command, long id)
    {
        var bytes = new byte[command.MaxLength];
        return Encoding.UTF8.GetString(bytes.AsSpan(0, command.Write(bytes, id)));
    }
}
