using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class DefaultDataDirectoryTests
{
    [Theory]
    [InlineData(0, "/home/a", "/home/a/state", "/var/lib/orchestrator")]
    [InlineData(1000, "/home/a", null, "/home/a/.local/state/orchestrator")]
    [InlineData(1000, "/home/a/", "relative", "/home/a/.local/state/orchestrator")]
    [InlineData(1000, null, "/state/", "/state/orchestrator")]
    public void Data_is_where_the_users_state_is(uint user, string? home, string? state, string expected) =>
        Assert.Equal(expected, DefaultDataDirectory.Path(user, name => name switch { "HOME" => home, "XDG_STATE_HOME" => state, _ => null }));

    [Fact]
    public void User_without_a_home_is_told_to_name_a_directory() =>
        Assert.Contains("--data", Assert.Throws<ServeException>(() => DefaultDataDirectory.Path(1000, _ => "")).Message);
}
