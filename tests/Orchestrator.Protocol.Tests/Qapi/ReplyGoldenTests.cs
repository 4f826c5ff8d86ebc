using System.Text;

namespace Orchestrator.Protocol.Tests.Qapi;

public class ReplyGoldenTests
{
    public static TheoryData<string> Names => [.. Replies.Names];

    [Fact]
    public void Replies_cover_more_than_half_of_the_commands() =>
        Assert.True(Replies.Names.Select(Replies.CommandOf).Distinct().Count() > 22);

    [Theory]
    [MemberData(nameof(Names))]
    public void Real_reply_is_kept_whole(string name)
    {
        var json = Replies.ReturnOf(name);

        var result = Transcoded.Reply(Replies.CommandOf(name).Returns, json);

        Assert.Null(result.Violation);
        // An agent writes a space after ':' and ','; nothing else may change.
        Assert.Equal(json.Replace("\": ", "\":").Replace(", \"", ",\"").Replace("}, {", "},{"), result.Json);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Real_reply_decodes_the_same_a_second_time(string name)
    {
        var type = Replies.CommandOf(name).Returns;
        var once = Transcoded.Reply(type, Replies.ReturnOf(name)).Json!;

        Assert.Equal(once, Transcoded.Reply(type, once).Json);
        Assert.Equal(once, Transcoded.Normalize(once).Json);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Truncated_reply_is_a_violation_at_every_byte(string name)
    {
        var json = Encoding.UTF8.GetBytes(Replies.ReturnOf(name));
        var type = Replies.CommandOf(name).Returns;
        // A number has prefixes that are numbers.
        var first = char.IsAsciiDigit((char)json[0]) ? json.Length : 0;

        for (var length = first; length < json.Length; length++)
            Assert.NotNull(Transcoded.Reply(type, json[..length]).Violation);
    }
}
