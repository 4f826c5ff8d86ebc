using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A VM whose guest has all commands to be looked at with. What its agent is asked is answered by the test.</summary>
public abstract class VmActorObservationTest : VmActorTest
{
    private protected const string Interfaces = "guest-network-get-interfaces";
    private protected const string Filesystems = "guest-get-fsinfo";

    protected VmActorObservationTest()
    {
        var info = Fake.Answers["guest-info"];
        foreach (var command in new[] { Interfaces, Filesystems, "guest-fstrim", "guest-set-user-password" })
            info = info.Replace("[", $$"""[{"name": "{{command}}", "enabled": true, "success-response": true}, """, StringComparison.Ordinal);
        Fake.Answers["guest-info"] = info;
    }

    private protected static string Eth0(string address) =>
        $$"""[{"name": "eth0", "hardware-address": "52:54:00:00:00:01", "ip-addresses": [{"ip-address": "{{address}}", "ip-address-type": "ipv4", "prefix": 24}]}]""";

    /// <summary>Starts the VM, makes it known what is needed, and lets the time of the first look come.</summary>
    private protected async Task StartObservedAsync(GuestAspects aspects)
    {
        await StartReadyAsync();
        await ObserveAsync(aspects);
        Advance(ObservationPlan.Settle + ObservationPlan.Spread);
    }

    private protected async Task ObserveAsync(GuestAspects aspects)
    {
        Vm.Tell(new VmCommands.Observe(aspects));
        await SettleVmAsync();
    }

    /// <summary>Answers the next look, and awaits that the answer was taken.</summary>
    private protected async Task AnswerAsync(string command, string answer)
    {
        await Agent.Peer.ReturnAsync(await Agent.NextAsync(command), answer);
        await TakenAsync();
    }

    /// <summary>The agent's channel is free again, and what was told before has been dealt with.</summary>
    private protected async Task TakenAsync()
    {
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await SettleVmAsync();
    }

    /// <summary>QEMU has answered all that the VM asked it before.</summary>
    private protected async Task QemuAnsweredAsync()
    {
        Invoke("query-status");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await SettleVmAsync();
    }

    /// <summary>Lets time pass and makes sure that nothing comes of it.</summary>
    private protected async Task AssertNotAskedAsync(double seconds)
    {
        Advance(seconds);
        await SettleVmAsync();
        await TakenAsync();
        Assert.False(Agent.HasNext);
    }

    private protected async Task<FakeCommand> AskedAfterAsync(double seconds, string command)
    {
        Advance(seconds);
        return await Agent.NextAsync(command);
    }
}
