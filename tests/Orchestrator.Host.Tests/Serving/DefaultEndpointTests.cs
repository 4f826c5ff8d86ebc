using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class DefaultEndpointTests
{
    [Theory]
    [InlineData(0, "/run/user/0", "/run/orchestrator/orchestrator.sock")]
    [InlineData(1000, "/run/user/1000", "/run/user/1000/orchestrator/orchestrator.sock")]
    [InlineData(1000, "/run/user/1000/", "/run/user/1000/orchestrator/orchestrator.sock")]
    [InlineData(1000, null, "/tmp/orchestrator-1000/orchestrator.sock")]
    [InlineData(1000, "", "/tmp/orchestrator-1000/orchestrator.sock")]
    [InlineData(1000, "relative", "/tmp/orchestrator-1000/orchestrator.sock")]
    public void Socket_is_the_users_own(uint user, string? runtime, string expected) =>
        Assert.Equal(expected, DefaultEndpoint.SocketPath(user, name => name == "XDG_RUNTIME_DIR" ? runtime : null));

    [Fact]
    public void Default_is_an_endpoint_to_listen_on() =>
        Assert.Equal("unix:" + DefaultEndpoint.SocketPath(), ListenEndpoint.Parse(DefaultEndpoint.SocketPath()).ToString());
}
