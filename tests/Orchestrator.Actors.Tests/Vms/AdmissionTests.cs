using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class AdmissionTests
{
    private static readonly string?[] RunStates = [null, "running", "paused", "inmigrate", "shutdown"];

    [Fact]
    public void Guest_commands_over_every_link_run_state_and_agent()
    {
        var rows = from link in Enum.GetValues<QmpLink>()
                   from runState in RunStates
                   let reasons = Enum.GetValues<AgentState>().Select(agent => Guest(link, runState, agent, "guest-ping"))
                   select $"{link} {runState ?? "-"} {string.Join(' ', reasons)}";

        TextTable.AssertEqual(
            // ok: the agent's capabilities decide. Agents in the order None, Absent, Connecting, Ready, Unresponsive, Quarantined.
            """
            Connecting -         AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Connecting running   AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Connecting paused    AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Connecting inmigrate AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Connecting shutdown  AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Online     -         AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Online     running   AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Online     paused    AgentAbsent VmPaused         VmPaused         VmPaused         VmPaused VmPaused
            Online     inmigrate AgentAbsent VmMigrating      VmMigrating      VmMigrating      VmMigrating VmMigrating
            Online     shutdown  AgentAbsent VmNotRunning     VmNotRunning     VmNotRunning     VmNotRunning VmNotRunning
            Silent     -         AgentAbsent QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive
            Silent     running   AgentAbsent QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive
            Silent     paused    AgentAbsent QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive
            Silent     inmigrate AgentAbsent QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive
            Silent     shutdown  AgentAbsent QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive QemuUnresponsive
            Busy       -         AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Busy       running   AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Busy       paused    AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Busy       inmigrate AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Busy       shutdown  AgentAbsent AgentAbsent      ok               ok               AgentUnresponsive GuestQuarantined
            Down       -         AgentAbsent HostUnreachable  HostUnreachable  ok               HostUnreachable HostUnreachable
            Down       running   AgentAbsent HostUnreachable  HostUnreachable  ok               HostUnreachable HostUnreachable
            Down       paused    AgentAbsent HostUnreachable  HostUnreachable  ok               HostUnreachable HostUnreachable
            Down       inmigrate AgentAbsent HostUnreachable  HostUnreachable  ok               HostUnreachable HostUnreachable
            Down       shutdown  AgentAbsent HostUnreachable  HostUnreachable  ok               HostUnreachable HostUnreachable
            """,
            rows);
    }

    [Fact]
    public void Capabilities_decide_only_where_everything_else_lets_pass()
    {
        var combinations = from link in Enum.GetValues<QmpLink>()
                           from runState in RunStates
                           from agent in Enum.GetValues<AgentState>()
                           select (link, runState, agent);
        foreach (var (link, runState, agent) in combinations)
        {
            var general = Guest(link, runState, agent, "guest-ping");
            Assert.Equal(general == "ok" ? Reasons.DisabledByGuest : general, Guest(link, runState, agent, "guest-get-users"));
            Assert.Equal(general == "ok" ? Reasons.Unsupported : general, Guest(link, runState, agent, "guest-get-load"));
            Assert.Equal(general == "ok" ? Reasons.Unsupported : general, Guest(link, runState, agent, "guest-view-file"));
            Assert.Equal(general, Guest(link, runState, agent, "guest-view-file", capabilities: null));
            Assert.Equal(general, Guest(link, runState, agent, "guest-get-load", capabilities: null));
        }
    }

    [Fact]
    public void Commands_to_QEMU_depend_on_its_session_alone()
    {
        var rows = Enum.GetValues<QmpLink>().Select(link =>
        {
            var reasons = from runState in RunStates
                          from agent in Enum.GetValues<AgentState>()
                          select Text(Admission.DecideQmp(new VmCondition { Qmp = link, RunState = runState, Agent = agent }), Phase.Undelivered);
            return $"{link} {Assert.Single(reasons.Distinct())}";
        });

        TextTable.AssertEqual(
            """
            Connecting HostUnreachable
            Online     ok
            Silent     QemuUnresponsive
            Busy       MonitorBusy
            Down       HostUnreachable
            """,
            rows);
    }

    [Fact]
    public void Commands_to_QEMU_are_held_against_what_it_says_of_itself()
    {
        var vocabulary = QmpVocabulary.Read(System.Text.Encoding.UTF8.GetBytes(Introspections.Of("device_del", "yank")));
        var rows = new[]
        {
            EncodedCommand.ForQmp("device_del", JsonElement.Parse("""{"id":"disk0"}""")), EncodedCommand.ForQmp("device_del"), EncodedCommand.ForQmp("device-del"),
            EncodedCommand.ForQmp("yank", outOfBand: true), EncodedCommand.ForQmp("device_del", JsonElement.Parse("""{"id":"disk0"}"""), outOfBand: true),
        };

        TextTable.AssertEqual(
            """
            ok
            InvalidArgument
            Unsupported
            ok
            Unsupported
            """,
            rows.Select(command => Text(Admission.DecideQmp(command, vocabulary), Phase.Refused)));
        Assert.All(rows, command => Assert.Null(Admission.DecideQmp(command, null)));
    }

    [Fact]
    public void A_rejection_carries_the_sessions_own_words()
    {
        var down = new VmCondition { Qmp = QmpLink.Down, QmpMessage = "unix:/vm/qmp.sock: refused", Agent = AgentState.Absent, AgentMessage = "no agent" };

        Assert.Equal("unix:/vm/qmp.sock: refused", PingMessage(down));
        Assert.Equal("unix:/vm/qmp.sock: refused", Admission.DecideQmp(down)!.Message);
        Assert.Equal("no agent", PingMessage(down with { Qmp = QmpLink.Online }));
        Assert.Contains("io-error", PingMessage(down with { Qmp = QmpLink.Online, RunState = "io-error" }), StringComparison.Ordinal);
    }

    private static string PingMessage(VmCondition vm) => RejectionOf(vm, EncodedCommand.ForGuest("guest-ping"))!.Message;

    private static Rejection? RejectionOf(VmCondition vm, EncodedCommand command) => Admission.Decide(vm, new JobPlan("job", CommandRoute.Guest, command, default)) switch
    {
        Decision.Send => null,
        Decision.End end => end.Rejection,
        var waits => throw new InvalidOperationException($"{waits} without a policy"),
    };

    private static string Guest(QmpLink link, string? runState, AgentState agent, string command) =>
        Guest(link, runState, agent, command, Conditions.Capabilities);

    private static string Guest(QmpLink link, string? runState, AgentState agent, string command, AgentCapabilities? capabilities)
    {
        using var filename = JsonDocument.Parse("""{"filename":"/etc/hostname"}""");
        var encoded = EncodedCommand.ForGuest(command, command == "guest-view-file" ? filename.RootElement : default);
        var rejection = RejectionOf(new VmCondition { Qmp = link, RunState = runState, Agent = agent, Capabilities = capabilities }, encoded);
        return Text(rejection, rejection?.Reason is Reasons.Unsupported or Reasons.DisabledByGuest ? Phase.Refused : Phase.Undelivered);
    }

    private static string Text(Rejection? rejection, Phase phase)
    {
        if (rejection is null)
            return "ok";
        Assert.Equal(phase, rejection.Phase);
        Assert.NotEmpty(rejection.Message);
        return rejection.Reason;
    }
}
