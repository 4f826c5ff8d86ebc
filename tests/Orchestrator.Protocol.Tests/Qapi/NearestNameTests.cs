using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Tests.Qapi;

public class NearestNameTests
{
    private static readonly string[] Known = ["handle", "offset", "whence", "buf-b64"];

    [Theory]
    [InlineData("handel", "handle")]
    [InlineData("ofset", "offset")]
    [InlineData("buf_b64", "buf-b64")]
    public void Misspelt_name_is_recognised(string given, string meant) =>
        Assert.Equal($"Did you mean '{meant}'?", NearestName.Suggestion(given, Known));

    [Theory]
    [InlineData("path")]
    [InlineData("")]
    [InlineData("completely-different-and-rather-long-name")]
    public void Distant_name_suggests_nothing(string given) => Assert.Null(NearestName.Suggestion(given, Known));

    [Fact]
    public void Very_long_name_is_not_compared() => Assert.Null(NearestName.Suggestion(new string('a', 100_000), Known));
}
