using Microsoft.AspNetCore.Http;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

public sealed class EventStreamsTests
{
    [Fact]
    public void Places_are_limited_and_given_back_once()
    {
        var streams = new EventStreams(2);
        var first = streams.Take();
        streams.Take();
        Assert.Equal("too-many-streams", Assert.Throws<RequestException>(streams.Take).Code);

        first.Dispose();
        first.Dispose();
        streams.Take();
        Assert.Throws<RequestException>(streams.Take);
    }

    [Fact]
    public async Task Stream_without_a_place_is_refused()
    {
        var refused = await Assert.ThrowsAsync<RequestException>(() => EventEndpoints.FollowAsync(null, null, null, null, null, null, null, null, null, new DefaultHttpContext(), null!, null!, new EventStreams(0)));
        Assert.Equal("too-many-streams", refused.Code);
        Assert.Equal(429, Problems.Details(refused).Status);
    }
}
