using System.Collections;
using System.Reflection;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A VM that lives long: what is told of its thousandth reboot is what was told of its first, and no more is kept for it.</summary>
public sealed class VmActorRebootTests : VmActorTest
{
    private const int Reboots = 1_000;

    /// <summary>Two changes of the port each: below the guest's budget of 30 a minute.</summary>
    private const double SecondsBetween = 5;

    /// <summary>The node's own questions that are under way when the time between two reboots passes are no sign of a silent agent.</summary>
    public VmActorRebootTests() => Settings = Settings with { QueryTimeout = TimeSpan.FromMinutes(5) };

    [Fact]
    public async Task Every_reboot_tells_its_four_events_once_in_their_order_and_leaves_nothing_behind()
    {
        await StartReadyAsync();
        var kept = 0;
        for (var reboot = 1; reboot <= Reboots; reboot++)
        {
            await RebootAsync(incarnation: reboot);
            if (reboot == 10)
                kept = await KeptAsync();
            Advance(SecondsBetween);
        }
        await SettleVmAsync();

        Assert.False(Events.HasMessages);
        Assert.False(Router.HasMessages);
        Assert.Equal(kept, await KeptAsync());
        var vm = (await Vm.Ask<VmReplies.NotQuarantined>(VmCommands.Release.Instance, Limit)).Snapshot;
        Assert.Equal((AgentState.Ready, Reboots + 1, null), (vm.Agent, vm.Incarnation, vm.Quarantine));
    }

    /// <summary>As a Linux guest does it when its agent is told to: the agent ends, the machine is reset, and a new agent opens the port.</summary>
    private async Task RebootAsync(int incarnation)
    {
        Invoke("guest-shutdown", seconds: 60);
        await Agent.NextAsync("guest-shutdown");

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": false, "id": "port7"}""");
        await EventAsync("VSERPORT_CHANGE");
        Assert.Equal($$"""{"incarnation":{{incarnation}},"reason":"port-closed"}""", DataOf(await EventAsync("GUEST_AGENT_LOST")));

        await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");
        await EventAsync("RESET");
        Assert.Equal("""{"reason":"guest-reset"}""", DataOf(await EventAsync("GUEST_REBOOT")));
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        Agent = await Fake.Agent.AcceptAsync();
        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");
        await EventAsync("VSERPORT_CHANGE");
        var restarted = await EventAsync("GUEST_AGENT_RESTARTED");
        Assert.Equal(($$"""{"incarnation":{{incarnation + 1}}}""", incarnation + 1), (DataOf(restarted), restarted.Incarnation));
        Assert.Equal(incarnation + 1, (await EventAsync("GUEST_STARTUP")).Incarnation);
    }

    /// <summary>How many items lie in all collections of the VM's three actors and of what is theirs.</summary>
    private async Task<int> KeptAsync()
    {
        await SettleVmAsync();
        var sum = 0;
        foreach (var path in new[] { Vm.Path, Vm.Path / "qmp", Vm.Path / "agent" })
        {
            var actor = await Sys.ActorSelection(path).ResolveOne(Limit);
            var cell = (ActorCell)((ActorRefWithCell)actor).Underlying;
            sum += Items(ActorOf(cell), new HashSet<object>(ReferenceEqualityComparer.Instance));
        }
        return sum;
    }

    private static object ActorOf(ActorCell cell) =>
        typeof(ActorCell).GetProperty("Actor", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)?.GetValue(cell)
        ?? throw new InvalidOperationException("an actor's cell does not tell its actor any more");

    private static int Items(object owner, HashSet<object> seen)
    {
        if (!seen.Add(owner))
            return 0;
        var sum = 0;
        for (var type = owner.GetType(); type is not null && IsOurs(type); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                if (field.GetValue(owner) is not { } value)
                    continue;
                if (value is IEnumerable items and not string)
                    sum += items.Cast<object>().Count();
                else if (IsOurs(value.GetType()))
                    sum += Items(value, seen);
            }
        }
        return sum;
    }

    private static bool IsOurs(Type type) => type is { IsClass: true, IsArray: false } && type.Namespace?.StartsWith("Orchestrator.Actors.Vms", StringComparison.Ordinal) == true;
}
