using System.Text;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public sealed class GuestIdentityTests
{
    private const string Info = """{"version":"7.2.22","supported_commands":[{"name":"guest-get-osinfo","enabled":true},{"name":"guest-ping","enabled":true}]}""";
    private const string InfoWithoutOsInfo = """{"version":"7.2.22","supported_commands":[{"name":"guest-get-osinfo","enabled":false}]}""";

    [Theory]
    [InlineData("""{"id":"debian","pretty-name":"Debian GNU/Linux 12","version":"12 (bookworm)","kernel-release":"6.1"}""", "linux", "Debian GNU/Linux 12")]
    [InlineData("""{"id":"mswindows","version":"Microsoft Windows Server 2022","kernel-release":"20348"}""", "windows", "Microsoft Windows Server 2022")]
    [InlineData("""{"id":"freebsd","kernel-release":"14.1-RELEASE"}""", "freebsd", "14.1-RELEASE")]
    [InlineData("""{"id":"netbsd"}""", "netbsd", "")]
    [InlineData("""{"id":"openbsd"}""", "openbsd", "")]
    [InlineData("""{"id":"solaris"}""", "solaris", "")]
    [InlineData("""{"id":"never-heard-of"}""", "linux", "")]
    [InlineData("{}", "linux", "")]
    public async Task Guest_is_told_in_three_words(string osInfo, string type, string version)
    {
        var identity = await QueryAsync(("guest-info", Info), ("guest-get-osinfo", osInfo));

        Assert.Equal(new GuestInfoSnapshot(type, version, "7.2.22"), identity.Guest);
        Assert.Equal("7.2.22", identity.Capabilities?.Version);
    }

    [Fact]
    public async Task Facts_are_the_known_members()
    {
        var identity = await QueryAsync(("guest-info", Info), ("guest-get-osinfo", """{"id":"debian","version-id":"12","machine":"x86_64","unknown":"x"}"""));

        Assert.Equal(["agent.version=7.2.22", "os.id=debian", "os.machine=x86_64", "os.version-id=12"], identity.Facts.Select(fact => fact.Key + "=" + fact.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Facts_are_as_long_as_a_table_can_bear()
    {
        var identity = await QueryAsync(("guest-info", Info), ("guest-get-osinfo", $$"""{"id":"{{new string('x', 100_000)}}","pretty-name":"{{new string('y', 256)}}"}"""));

        Assert.Equal((new string('x', 256) + "…", new string('y', 256)), (identity.Facts["os.id"], identity.Facts["os.pretty-name"]));
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_stays_unknown()
    {
        var identity = await QueryAsync();

        Assert.Null(identity.Capabilities);
        Assert.Null(identity.Guest);
        Assert.Empty(identity.Facts);
    }

    [Fact]
    public async Task An_agent_that_cannot_tell_its_system_still_has_capabilities()
    {
        var refused = await QueryAsync(("guest-info", Info));
        var disabled = await QueryAsync(("guest-info", InfoWithoutOsInfo), ("guest-fsfreeze-status", "\"thawed\""));

        Assert.Equal(AgentCapability.Enabled, refused.Capabilities?.Of("guest-ping"));
        Assert.Equal(AgentCapability.Disabled, disabled.Capabilities?.Of("guest-get-osinfo"));
        Assert.Null(refused.Guest);
        Assert.Null(disabled.Guest);
    }

    [Fact]
    public async Task A_frozen_agents_capabilities_are_not_believed()
    {
        // Frozen, it shows every command that might write as disabled.
        var identity = await QueryAsync(("guest-info", InfoWithoutOsInfo), ("guest-fsfreeze-status", "\"frozen\""));

        Assert.Null(identity.Capabilities);
        Assert.Equal("7.2.22", identity.Facts["agent.version"]);
    }

    private static Task<GuestIdentity> QueryAsync(params (string Command, string Answer)[] answers) =>
        GuestIdentity.QueryAsync(new Answers(answers.ToDictionary(answer => answer.Command, answer => answer.Answer)), TimeSpan.FromSeconds(1));

    private sealed class Answers(Dictionary<string, string> answers) : IAgentChannel
    {
        public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout) => Task.FromResult<CommandResult>(
            answers.TryGetValue(command.Name, out var answer)
                ? new CommandResult.Returned(Encoding.UTF8.GetBytes(answer))
                : new CommandResult.Refused(new CommandError("CommandNotFound", "no")));

        public void CloseLater(EncodedCommand close) => throw new InvalidOperationException("no file is opened");
    }
}
