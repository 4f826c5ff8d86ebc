using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.VmHosts;

public sealed class InventoryTests : ActorTest
{
    private readonly IActorRef _inventory;

    public InventoryTests() => _inventory = Sys.ActorOf(Inventory.PropsFor());

    [Fact]
    public async Task Selections_are_sorted_by_host_and_name_and_filtered()
    {
        foreach (var (host, name) in new[] { ("h2", "a"), ("h1", "b"), ("h1", "a"), ("h1", "B") })
            Change(CreateTestProbe(), name, host);

        Assert.Equal(["h1/B", "h1/a", "h1/b", "h2/a"], await SelectAsync(null));
        Assert.Equal(["h1/a", "h2/a"], await SelectAsync("a"));
        Assert.Empty(await SelectAsync("nobody"));
    }

    [Fact]
    public async Task A_VM_that_is_called_otherwise_is_found_and_sorted_by_its_new_name()
    {
        var vm = CreateTestProbe();
        Change(vm, "a");
        Change(CreateTestProbe(), "b");
        Assert.Equal(["host1/a", "host1/b"], await SelectAsync(null));

        Change(vm, "c");

        Assert.Equal(["host1/b", "host1/c"], await SelectAsync(null));
        Assert.Equal(["host1/c"], await SelectAsync("c"));
        Assert.Empty(await SelectAsync("a"));
    }

    [Fact]
    public async Task A_selection_names_the_actor_that_answers_for_the_VM()
    {
        var vm = CreateTestProbe();
        Change(vm, "a");

        var selection = await _inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), Limit);

        Assert.Equal(vm.Ref, Assert.Single(selection.Entries).Vm);
    }

    [Fact]
    public async Task A_stopped_VM_leaves()
    {
        var (stays, leaves) = (CreateTestProbe(), CreateTestProbe());
        Change(stays, "stays");
        Change(leaves, "leaves");
        var before = await ReadAsync(0);

        Sys.Stop(leaves);
        var after = await ReadAsync(before.Version);

        Assert.Equal(["leaves"], after.Gone.Select(vm => vm.Name));
        Assert.Empty(after.Changed);
        Assert.False(after.Complete);
        Assert.Equal(["host1/stays"], await SelectAsync(null));
    }

    [Fact]
    public async Task What_changes_again_and_again_is_told_once_and_in_the_order_of_the_last_changes()
    {
        var vms = Enumerable.Range(0, 50).Select(_ => CreateTestProbe()).ToArray();
        foreach (var (number, vm) in vms.Index())
            Change(vm, $"vm{number}");
        var before = await ReadAsync(0);
        Assert.Equal(50, before.Changed.Count);

        foreach (var number in new[] { 7, 3, 7, 49, 3 })
            Change(vms[number], $"vm{number}", state: VmState.Running);
        Sys.Stop(vms[5]);
        await TestKit.Eventually.TrueAsync(async () => (await ReadAsync(before.Version)).Gone.Count == 1, Limit, "a VM has left");

        var after = await ReadAsync(before.Version);
        Assert.Equal(["vm7", "vm49", "vm3"], after.Changed.Select(vm => vm.Name).Distinct());
        Assert.Equal(["vm5"], after.Gone.Select(vm => vm.Name));
        Assert.Equal("vm3", (await ReadAsync(0)).Changed[^1].Name);
    }

    [Fact]
    public async Task The_first_read_is_the_whole_inventory_in_the_order_of_changes()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        Change(first, "first");
        Change(second, "second");
        Change(first, "first", state: VmState.Running);

        var all = await ReadAsync(0);

        Assert.Equal([("second", VmState.Connecting), ("first", VmState.Running)], all.Changed.Select(vm => (vm.Name, vm.State)));
        Assert.True(all.Complete);
        Assert.Equal(3, all.Version);
    }

    [Fact]
    public async Task Many_changes_of_a_VM_are_read_as_one()
    {
        var (busy, quiet) = (CreateTestProbe(), CreateTestProbe());
        Change(quiet, "quiet");
        Change(busy, "busy");
        var before = await ReadAsync(0);
        foreach (var state in new[] { VmState.Paused, VmState.Stopped, VmState.Running })
            Change(busy, "busy", state: state);

        var after = await ReadAsync(before.Version);

        Assert.Equal([("busy", VmState.Running)], after.Changed.Select(vm => (vm.Name, vm.State)));
        Assert.False(after.Complete);
    }

    [Fact]
    public async Task A_reader_that_has_everything_waits()
    {
        var vm = CreateTestProbe();
        Change(vm, "a");
        var before = await ReadAsync(0);
        _inventory.Tell(new InventoryQueries.ReadChanges(before.Version), TestActor);
        await SettleAsync(_inventory);
        Assert.False(HasMessages);

        Change(vm, "a", state: VmState.Paused);

        var changes = await ExpectMsgAsync<InventoryReplies.Changes>();
        Assert.Equal(VmState.Paused, Assert.Single(changes.Changed).State);
        Assert.Equal(before.Version + 1, changes.Version);
    }

    [Fact]
    public async Task An_empty_inventory_is_waited_for()
    {
        _inventory.Tell(new InventoryQueries.ReadChanges(0), TestActor);
        Change(CreateTestProbe(), "a");

        Assert.Equal("a", Assert.Single((await ExpectMsgAsync<InventoryReplies.Changes>()).Changed).Name);
    }

    [Fact]
    public async Task A_reader_that_missed_forgotten_departures_gets_the_whole_inventory()
    {
        var stays = CreateTestProbe();
        Change(stays, "stays");
        var early = await ReadAsync(0);
        var leaving = Enumerable.Range(0, 4098).Select(number => Sys.ActorOf(Props.Create(() => new Silent()))).ToArray();
        foreach (var vm in leaving)
            _inventory.Tell(new VmEvents.Changed(Sample.Vm("leaving")), vm);
        var late = await ReadAsync(early.Version);
        foreach (var vm in leaving)
            Sys.Stop(vm);
        var reader = late.Version;
        while (reader < late.Version + leaving.Length)
            reader = (await ReadAsync(reader)).Version;

        var complete = await ReadAsync(early.Version);
        var recent = await ReadAsync(reader - 1);

        Assert.True(complete.Complete);
        Assert.Equal(["stays"], complete.Changed.Select(vm => vm.Name));
        Assert.Empty(complete.Gone);
        Assert.False(recent.Complete);
        Assert.Single(recent.Gone);
    }

    private void Change(TestProbe vm, string name, string host = "host1", VmState state = VmState.Connecting) =>
        _inventory.Tell(new VmEvents.Changed(Sample.Vm(name) with { Host = host, State = state }), vm);

    private Task<InventoryReplies.Changes> ReadAsync(long after) => _inventory.Ask<InventoryReplies.Changes>(new InventoryQueries.ReadChanges(after), Limit);

    private async Task<IEnumerable<string>> SelectAsync(string? selector)
    {
        var query = new InventoryQueries.Select(selector is null ? null : Sample.Parse(selector));
        var selection = await _inventory.Ask<InventoryReplies.Selection>(query, Limit);
        return selection.Entries.Select(entry => entry.Snapshot.Host + "/" + entry.Snapshot.Name);
    }

    private sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
