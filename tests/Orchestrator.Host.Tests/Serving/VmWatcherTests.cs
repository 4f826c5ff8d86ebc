namespace Orchestrator.Host.Tests.Serving;

/// <summary>VMs appear and vanish while the node runs.</summary>
public sealed class VmWatcherTests
{
    [Fact]
    public async Task Vms_that_come_and_go_are_noticed()
    {
        await using var node = await ServedNode.StartAsync();
        var (first, second) = (new FakeVm("a", Guid.NewGuid()), new FakeVm("b", Guid.NewGuid()) { HasAgent = false });

        await node.AddAsync(first, second);
        await node.RemoveAsync(first);
        Assert.DoesNotContain("\"name\":\"a\"", await node.Http.GetStringAsync("v1/vms"));
        Assert.Contains("\"name\":\"b\"", await node.Http.GetStringAsync("v1/vms"));
    }

    [Fact]
    public async Task Directory_that_is_not_there_yet_is_looked_for_again()
    {
        var later = Directory.CreateTempSubdirectory("orc-");
        var vms = Path.Combine(later.FullName, "vms");
        await using (var node = await ServedNode.StartAsync($"vm-dirs: ['{vms}']\n"))
        {
            Assert.Equal("""{"items":[]}""", await node.Http.GetStringAsync("v1/vms"));
            Directory.CreateDirectory(vms);
            await using var vm = new FakeVm("late", Guid.NewGuid()) { HasAgent = false };
            vm.Start(Path.Combine(vms, "late"));

            await TestKit.Eventually.TrueAsync(async () => (await node.Http.GetStringAsync("v1/vms")).Contains(vm.Uuid.ToString()), TimeSpan.FromSeconds(30), "the VM is found by looking");
        }
        later.Delete(recursive: true);
    }

    [Fact]
    public async Task Agent_that_comes_after_its_vm_is_noticed()
    {
        await using var node = await ServedNode.StartAsync();
        await node.AddAsync(new FakeVm("vm", Guid.NewGuid()) { HasAgent = false });
        Assert.Contains("\"agent\":\"None\"", await node.Http.GetStringAsync("v1/vms/vm"));

        await using var agent = TestKit.FakePeers.FakeAgent.Listen(Path.Combine(node.VmDir, "vm", "qga.sock"), script => script.ClosedAsync());
        await TestKit.Eventually.TrueAsync(async () => (await node.Http.GetStringAsync("v1/vms")) is var vms && vms.Contains("\"name\":\"vm\"") && !vms.Contains("\"agent\":\"None\""), TimeSpan.FromSeconds(30), "the agent's socket is noticed");
    }
}
