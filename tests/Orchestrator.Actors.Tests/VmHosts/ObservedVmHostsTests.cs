using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.VmHosts;

public sealed class ObservedVmHostsTests : ActorTest
{
    private static readonly VmHostCommands.SetObservation Needs = new([new ObservationNeed(GuestAspects.Filesystems, null)]);

    private readonly TestProbe _own;
    private readonly IActorRef _hosts;

    public ObservedVmHostsTests()
    {
        _own = CreateTestProbe();
        _hosts = Sys.ActorOf(ObservedVmHosts.PropsFor(_own));
    }

    [Fact]
    public async Task Every_vm_host_is_told_also_one_that_comes_later()
    {
        var (early, late) = (CreateTestProbe(), CreateTestProbe());
        _hosts.Tell(new ObservedVmHosts.Join(early));
        _hosts.Tell(Needs);
        _hosts.Tell(new ObservedVmHosts.Join(late));

        foreach (var host in new[] { _own, early, late })
            Assert.Same(Needs, await host.ExpectMsgAsync<VmHostCommands.SetObservation>());
    }

    [Fact]
    public async Task One_that_stopped_is_told_no_more()
    {
        var remote = Sys.ActorOf(Props.Create(() => new Recording(TestActor)));
        _hosts.Tell(new ObservedVmHosts.Join(remote));
        await InTime(remote.GracefulStop(Limit));
        await SettleAllAsync();

        _hosts.Tell(Needs);
        await _own.ExpectMsgAsync<VmHostCommands.SetObservation>();
        await SettleAllAsync();

        Assert.False(HasMessages);
    }

    private sealed class Recording(IActorRef listener) : UntypedActor
    {
        protected override void OnReceive(object message) => listener.Forward(message);
    }
}
