using System.Text;
using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;

namespace Orchestrator.Host.Tests.Cli;

public sealed class OutcomeViewTests
{
    [Theory]
    [InlineData("""{"phase":"Succeeded"}""", "Succeeded")]
    [InlineData("""{"phase":"Succeeded","exec":{"exitCode":0}}""", "Succeeded")]
    [InlineData("""{"phase":"Failed","reason":"ExitNonZero","exec":{"exitCode":2}}""", "Failed ExitNonZero (exit 2)")]
    [InlineData("""{"phase":"Failed","reason":"Signaled","exec":{"signal":9}}""", "Failed Signaled (exit 137)")]
    [InlineData("""{"phase":"Cancelled"}""", "Cancelled")]
    [InlineData("{}", "?")]
    public void Ending_has_phase_reason_and_exit_code(string json, string expected) => Assert.Equal(expected, Of(json).Ending);

    [Theory]
    [InlineData("""{"phase":"Succeeded","result":{}}""", true)]
    [InlineData("""{"phase":"Failed","exec":{"exitCode":2}}""", true)]
    [InlineData("""{"phase":"TimedOut","exec":{"pid":7}}""", false)]
    [InlineData("""{"phase":"Undelivered"}""", false)]
    public void Reply_and_program_that_ended_are_results(string json, bool expected) => Assert.Equal(expected, Of(json).HasResult);

    [Theory]
    [InlineData("""{"result":{"a":1}}""", """{"a":1}""")]
    [InlineData("""{"exec":{"stdout":{"text":"{\"a\":1}\n"}}}""", """{"a":1}""")]
    [InlineData("""{"exec":{"stdout":{"text":"17\n"}}}""", "17")]
    [InlineData("""{"exec":{"stdout":{"text":"one\ntwo\n"}}}""", "\"one\\ntwo\"")]
    [InlineData("""{"exec":{"stdout":{"text":" 6.1"}}}""", "6.1")]
    [InlineData("""{"exec":{"stdout":{"base64":"eA=="}}}""", "\"x\"")]
    [InlineData("""{"exec":{"stderr":{"text":"no"}}}""", "\"\"")]
    public void Value_is_the_reply_or_what_the_program_wrote(string json, string expected) => Assert.Equal(expected, Of(json).Value!.Value.GetRawText());

    [Fact]
    public void Nothing_came_back_is_no_value() => Assert.Null(Of("""{"phase":"Undelivered"}""").Value);

    [Theory]
    [InlineData("""{"exec":{"exitCode":0,"stdout":{"text":"ü"}}}""", "ü", true)]
    [InlineData("""{"exec":{"signal":9,"stdout":{"base64":"eA=="}}}""", "x", true)]
    [InlineData("""{"exec":{"exitCode":0,"stdout":{"text":"x","truncated":true}}}""", "x", false)]
    [InlineData("""{"exec":{"pid":7,"stdout":{"text":"x"}}}""", "x", false)]
    [InlineData("""{"exec":{"exitCode":0,"stdout":{"base64":"!!"}}}""", "", true)]
    public void Bytes_of_a_stream_are_whole_if_the_program_ended_and_nothing_was_cut(string json, string text, bool whole)
    {
        var (bytes, isWhole) = Of(json).ProgramBytes("stdout")!.Value;

        Assert.Equal((text, whole), (Encoding.UTF8.GetString(bytes), isWhole));
    }

    [Fact]
    public void Stream_that_is_not_there_has_no_bytes() => Assert.Null(Of("""{"exec":{"exitCode":0}}""").ProgramBytes("stderr"));

    private static OutcomeView Of(string json) => new(JsonElement.Parse(json));
}
