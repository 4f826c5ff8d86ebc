using System.Text;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class AgentCapabilitiesTests
{
    [Theory]
    [InlineData("guest-ping", "Enabled")]
    [InlineData("guest-get-users", "Disabled")]
    [InlineData("guest-get-load", "Unknown")]
    [InlineData("GUEST-PING", "Unknown")]
    public void A_command_is_enabled_disabled_or_unknown(string command, string expected)
    {
        Assert.Equal(expected, Conditions.Capabilities.Of(command).ToString());
        Assert.Equal("7.2.22", Conditions.Capabilities.Version);
    }

    [Fact]
    public void Equal_answers_share_one_instance_until_too_many_are_different()
    {
        Assert.Same(Info("8.0.0", "guest-ping"), Info("8.0.0", "guest-ping"));
        Assert.NotSame(Info("8.0.0", "guest-ping"), Info("8.0.1", "guest-ping"));
        Assert.Equal(AgentCapability.Unknown, Info("8.0.0", "guest-info").Of("guest-ping"));

        // A guest may answer differently every time: that must neither fail nor fill the memory.
        var all = Enumerable.Range(0, 600).Select(build => Info("9.9." + build, "guest-ping")).ToArray();

        Assert.Equal(Enumerable.Range(0, 600).Select(build => "9.9." + build), all.Select(info => info.Version));
        Assert.NotSame(all[^1], Info("9.9.599", "guest-ping"));
    }

    [Fact]
    public void Of_a_command_listed_twice_the_last_counts()
    {
        var info = Parse("""{"version":"1","supported_commands":[{"name":"a","enabled":true},{"name":"a","enabled":false}]}""");

        Assert.Equal(AgentCapability.Disabled, info.Of("a"));
    }

    [Fact]
    public void A_guest_does_not_choose_how_much_is_kept_of_its_answer()
    {
        var names = string.Join(',', Enumerable.Range(0, 20_000).Select(number => $$"""{"name":"command-{{number}}","enabled":true}"""));
        var version = new string('9', 100_000);
        var info = Parse($$"""{"version":"{{version}}","supported_commands":[{"name":"{{version}}","enabled":true},{{names}}]}""");

        Assert.Equal(65, info.Version.Length);
        Assert.Equal((AgentCapability.Unknown, AgentCapability.Enabled, AgentCapability.Unknown), (info.Of(version), info.Of("command-1022"), info.Of("command-1023")));
    }

    private static AgentCapabilities Info(string version, string command) =>
        Parse("{\"version\":\"" + version + "\",\"supported_commands\":[{\"name\":\"" + command + "\",\"enabled\":true}]}");

    private static AgentCapabilities Parse(string json) => AgentCapabilities.Parse(Encoding.UTF8.GetBytes(json));
}
