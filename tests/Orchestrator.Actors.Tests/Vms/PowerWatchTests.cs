using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class PowerWatchTests
{
    private static readonly string[] Commands = ["guest-shutdown", "guest-suspend-disk", "guest-suspend-ram", "guest-suspend-hybrid"];

    private static readonly (string Name, string Data)[] Events =
    [
        ("SHUTDOWN", """{"guest":true,"reason":"guest-shutdown"}"""),
        ("RESET", """{"guest":true,"reason":"guest-reset"}"""),
        ("SUSPEND", ""),
        ("SUSPEND_DISK", ""),
        ("SHUTDOWN", """{"guest":false,"reason":"host-signal"}"""),
        ("RESET", """{"guest":false,"reason":"host-qmp-system-reset"}"""),
        ("SHUTDOWN", ""),
        ("STOP", ""),
        ("WAKEUP", ""),
    ];

    private readonly PowerWatch _watch = new();

    private const string ProofTable =
        """
        guest-shutdown       yes yes no  no  no no no no no
        guest-suspend-disk   yes no  no  yes no no no no no
        guest-suspend-ram    no  no  yes no  no no no no no
        guest-suspend-hybrid no  no  yes no  no no no no no
        """;

    [Fact]
    public void Event_after_the_cut_proves_the_commands_that_mean_it()
    {
        TextTable.AssertEqual(ProofTable, Commands.Select(command => command + " " + string.Join(' ', Events.Select(happened =>
        {
            var watch = new PowerWatch();
            var invocation = Invocation(command, acceptedAt: 10);
            watch.Hold(invocation);
            var proved = watch.Note(Conditions.Event(happened.Name, happened.Data), now: 20);
            Assert.Equal(proved.Count == 0, watch.Waiting.Contains(invocation));
            return proved.Contains(invocation) ? "yes" : "no";
        }))));
    }

    [Fact]
    public void Event_before_the_cut_proves_the_commands_that_mean_it()
    {
        TextTable.AssertEqual(ProofTable, Commands.Select(command => command + " " + string.Join(' ', Events.Select(happened =>
        {
            var watch = new PowerWatch();
            Assert.Empty(watch.Note(Conditions.Event(happened.Name, happened.Data), now: 20));
            return watch.IsProved(Invocation(command, acceptedAt: 10)) ? "yes" : "no";
        }))));
    }

    [Fact]
    public void An_event_of_before_the_command_proves_nothing()
    {
        _watch.Note(Conditions.Event("SHUTDOWN", Events[0].Data), now: 9);

        Assert.False(_watch.IsProved(Invocation("guest-shutdown", acceptedAt: 10)));
        Assert.True(_watch.IsProved(Invocation("guest-shutdown", acceptedAt: 9)));
    }

    [Fact]
    public void Nothing_is_proved_before_the_first_event() => Assert.False(_watch.IsProved(Invocation("guest-shutdown", acceptedAt: 0)));

    [Fact]
    public void One_event_proves_all_that_wait_for_it_and_leaves_the_others()
    {
        var (first, second, other) = (Invocation("guest-shutdown", 1), Invocation("guest-shutdown", 2), Invocation("guest-suspend-ram", 3));
        _watch.Hold(first);
        _watch.Hold(second);
        _watch.Hold(other);

        Assert.Equal([first, second], _watch.Note(Conditions.Event("SHUTDOWN", Events[0].Data), now: 5));
        Assert.Equal([other], _watch.Waiting);
    }

    [Fact]
    public void A_released_invocation_is_no_longer_proved()
    {
        var invocation = Invocation("guest-shutdown", 1);
        _watch.Hold(invocation);

        Assert.True(_watch.Release(invocation));
        Assert.False(_watch.Release(invocation));
        Assert.Empty(_watch.Note(Conditions.Event("SHUTDOWN", Events[0].Data), now: 5));
    }

    private static Invocation Invocation(string command, long acceptedAt) =>
        new(new JobPlan("job", CommandRoute.Guest, EncodedCommand.ForGuest(command), default), 0, ActorRefs.Nobody, ActorRefs.Nobody) { AcceptedAt = acceptedAt };
}
