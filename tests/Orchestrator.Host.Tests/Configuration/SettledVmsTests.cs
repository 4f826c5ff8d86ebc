using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Configuration;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class SettledVmsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SettledVms _settled;

    public SettledVmsTests() => _settled = new SettledVms(_time);

    [Fact]
    public void Vm_that_appears_is_there_at_once() => Assert.Equal(["a", "b"], Names(Vm("b"), Vm("a")));

    [Fact]
    public void Vm_that_is_away_for_a_moment_never_left()
    {
        Names(Vm("a"), Vm("b"));

        Assert.Equal(["a", "b"], Names(Vm("a")));
        Assert.True(_settled.Waits);
        _time.Advance(SettledVms.Grace - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["a", "b"], Names(Vm("a")));
        Assert.Equal(["a", "b"], Names(Vm("a"), Vm("b")));
        Assert.False(_settled.Waits);
        _time.Advance(SettledVms.Grace);
        Assert.Equal(["a", "b"], Names(Vm("a")));
    }

    [Fact]
    public void Vm_that_stays_away_is_gone_after_the_grace_and_can_come_back()
    {
        Names(Vm("a"), Vm("b"));
        Names(Vm("a"));

        _time.Advance(SettledVms.Grace);

        Assert.Equal(["a"], Names(Vm("a")));
        Assert.False(_settled.Waits);
        Assert.Equal(["a", "b"], Names(Vm("a"), Vm("b")));
    }

    [Fact]
    public void Agents_socket_that_is_away_for_a_moment_does_not_make_another_vm()
    {
        Names(Vm("a"));

        Assert.NotNull(Assert.Single(_settled.Update([Vm("a", agent: false)])).Agent);
        Assert.NotNull(Assert.Single(_settled.Update([Vm("a")])).Agent);
        _settled.Update([Vm("a", agent: false)]);
        _time.Advance(SettledVms.Grace);
        Assert.Null(Assert.Single(_settled.Update([Vm("a", agent: false)])).Agent);
    }

    [Fact]
    public void Agents_socket_that_appears_and_another_monitor_are_believed_at_once()
    {
        Names(Vm("a", agent: false));

        Assert.NotNull(Assert.Single(_settled.Update([Vm("a")])).Agent);
        var moved = Vm("a") with { Qmp = new Endpoint.Unix("/elsewhere"), Agent = null };
        Assert.Equal(moved, Assert.Single(_settled.Update([moved])));
    }

    private string[] Names(params VmSpec[] seen) => [.. _settled.Update(seen).Select(vm => vm.Name)];

    private static VmSpec Vm(string name, bool agent = true) => new()
    {
        Name = name,
        Qmp = new Endpoint.Unix($"/vms/{name}/qmp.sock"),
        Agent = agent ? new Endpoint.Unix($"/vms/{name}/qga.sock") : null,
    };
}
