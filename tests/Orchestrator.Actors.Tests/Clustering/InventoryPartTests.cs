using System.Text;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>A node's own VMs, as another node reads them.</summary>
public sealed class InventoryPartTests : PartTest
{
    private const int FrameBytes = 128_000;
    private readonly IActorRef _inventory;

    public InventoryPartTests() => _inventory = Sys.ActorOf(Inventory.PropsFor());

    [Fact]
    public async Task First_part_is_the_whole_with_paths_of_actors()
    {
        Change(_inventory, "a");
        Change(_inventory, "b");

        var part = await ReadAsync(_inventory, 0);

        Assert.Equal((0, 2, true, true, 0), (part.After, part.Version, part.IsWhole, part.IsLast, part.Began));
        Assert.Equal(["a", "b"], part.Changed.Select(entry => entry.Vm.Name));
        Assert.Equal(Vms["a"], ((ExtendedActorSystem)Sys).Provider.ResolveActorRef(part.Changed[0].Path));
    }

    /// <summary>What others knew of the process before stays until then: a node that begins anew takes none of its VMs away for a moment.</summary>
    [Fact]
    public async Task Node_that_begins_tells_nothing_before_all_its_vms_are_in()
    {
        var own = Sys.ActorOf(Inventory.PropsFor(awaitsVms: true));
        var waiting = ReadAsync(own, 0);
        Change(own, "a");
        await SettleAsync(own);
        own.Tell(new InventoryCommands.Expect(2));
        await SettleAsync(own);
        Assert.False(waiting.IsCompleted);

        Change(own, "b");

        Assert.Equal(["a", "b"], (await InTime(waiting)).Changed.Select(entry => entry.Vm.Name));
    }

    [Fact]
    public async Task Node_without_vms_says_so()
    {
        var own = Sys.ActorOf(Inventory.PropsFor(awaitsVms: true));
        var waiting = ReadAsync(own, 0);
        own.Tell(new InventoryCommands.Expect(0));

        Assert.Empty((await InTime(waiting)).Changed);
    }

    [Fact]
    public async Task Vms_of_nodes_that_are_away_are_told_in_pages_by_path()
    {
        var stale = Enumerable.Range(0, 5).Select(number => new InventoryEntry(Sample.Vm($"vm{number}") with { StaleSince = Time.GetUtcNow(), Message = new string('x', 30_000) }, Sys.ActorOf(Props.Create(() => new Silent()))) { Node = "c", Part = "rack7" }).ToArray();
        var there = new InventoryEntry(Sample.Vm("there"), Sys.ActorOf(Props.Create(() => new Silent()))) { Node = "b", Part = "b" };
        _inventory.Tell(new InventoryCommands.Take([.. stale, there], []));

        var told = new List<LostEntry>();
        for (var page = new PartMessages.Lost(0, "", [], false); !page.IsLast;)
        {
            page = await _inventory.Ask<PartMessages.Lost>(new PartMessages.ReadLost(4, told.LastOrDefault()?.Entry.Path ?? ""), Limit);
            Assert.InRange(page.Entries.Count, 1, 2);
            Assert.Equal(4, page.Incarnation);
            told.AddRange(page.Entries);
        }

        Assert.Equal(["vm0", "vm1", "vm2", "vm3", "vm4"], told.Select(lost => lost.Entry.Vm.Name).Order());
        Assert.All(told, lost => Assert.Equal(("c", "rack7"), (lost.Node, lost.Part)));
    }

    [Fact]
    public async Task Later_parts_are_what_changed_and_who_left()
    {
        foreach (var name in new[] { "a", "b", "c" })
            Change(_inventory, name);
        var path = (await ReadAsync(_inventory, 0)).Changed[2].Path;
        Change(_inventory, "a", VmState.Running);
        Leave("c");
        await WhenVersionAsync(5);

        var part = await ReadAsync(_inventory, 3);

        Assert.Equal((false, true, 5), (part.IsWhole, part.IsLast, part.Version));
        Assert.Equal([("a", VmState.Running)], part.Changed.Select(entry => (entry.Vm.Name, entry.Vm.State)));
        Assert.Equal([path], part.Gone);
    }

    [Fact]
    public async Task Reader_that_has_everything_hears_of_the_next_change()
    {
        Change(_inventory, "a");
        var waiting = ReadAsync(_inventory, 1);
        await SettleAsync(_inventory);
        Assert.False(waiting.IsCompleted);

        Change(_inventory, "b");

        Assert.Equal("b", Assert.Single((await InTime(waiting)).Changed).Vm.Name);
    }

    [Fact]
    public async Task Reader_is_told_that_there_is_no_news()
    {
        Change(_inventory, "a");
        var waiting = ReadAsync(_inventory, 1);
        await SettleAsync(_inventory);

        Advance(Inventory.PartPause);

        var part = await InTime(waiting);
        Assert.Equal((1, 1, false, true), (part.After, part.Version, part.IsWhole, part.IsLast));
        Assert.Empty(part.Changed);
        Assert.True(Inventory.PartPause < Inventory.PartPatience);
    }

    [Fact]
    public async Task Empty_inventory_is_whole_too()
    {
        var waiting = ReadAsync(_inventory, 0);
        await SettleAsync(_inventory);
        Advance(Inventory.PartPause);
        Assert.True((await InTime(waiting)) is { IsWhole: true, IsLast: true, Version: 0 });
    }

    [Fact]
    public async Task Pages_of_two_thousand_VMs_are_small_and_name_each_once()
    {
        for (var number = 0; number < 2000; number++)
            Change(_inventory, Sample.Vm($"vm-{number:0000}") with { Facts = Facts("Debian GNU/Linux", 8), Message = "all is well" });

        var pages = await ReadAllAsync();

        Assert.All(pages, page => Assert.True(SizeOf(page) < 65_536, $"{SizeOf(page)} bytes"));
        Assert.True(pages.Count > 10);
        Assert.Equal([.. Enumerable.Range(0, 2000).Select(number => $"vm-{number:0000}")], pages.SelectMany(page => page.Changed).Select(entry => entry.Vm.Name));
        Assert.Equal((true, false, 2000), (pages[0].IsWhole, pages[0].IsLast, pages[0].Began));
        Assert.All(pages.Skip(1), page => Assert.False(page.IsWhole));
        Assert.Equal((true, 0, 2000), (pages[^1].IsLast, pages[^1].Began, pages[^1].Version));
    }

    [Theory]
    [InlineData('\u0001')]
    [InlineData('ü')]
    [InlineData('"')]
    public async Task Guests_cannot_make_pages_too_large(char character)
    {
        for (var number = 0; number < 40; number++)
            Change(_inventory, Sample.Vm($"vm-{number}") with { Facts = Facts(new string(character, 256), 8) });

        var pages = await ReadAllAsync();

        Assert.All(pages, page => Assert.True(SizeOf(page) < 65_536, $"{SizeOf(page)} bytes"));
        Assert.Equal(40, pages.Sum(page => page.Changed.Count));
    }

    [Fact]
    public async Task VM_that_fits_no_frame_is_told_without_its_texts()
    {
        Change(_inventory, "a");
        Change(_inventory, Sample.Vm("huge") with { Labels = Facts(new string('x', 1000), 200) });
        Change(_inventory, "z");

        var pages = await ReadAllAsync();

        Assert.All(pages, page => Assert.True(SizeOf(page) < FrameBytes));
        var all = pages.SelectMany(page => page.Changed).ToDictionary(entry => entry.Vm.Name);
        Assert.Equal(["a", "huge", "z"], all.Keys);
        Assert.Empty(all["huge"].Vm.Labels);
        Assert.Contains("fewer labels", all["huge"].Vm.Message);
    }

    [Fact]
    public async Task Who_leaves_while_a_whole_is_read_is_told()
    {
        for (var number = 0; number < 200; number++)
            Change(_inventory, Sample.Vm($"vm-{number}") with { Facts = Facts("Debian GNU/Linux", 20) });
        var first = await ReadAsync(_inventory, 0);
        Assert.False(first.IsLast);
        Leave("vm-0");
        await WhenVersionAsync(201);

        var pages = await ReadAllAsync(first);

        Assert.Equal([first.Changed[0].Path], pages.SelectMany(page => page.Gone));
        Assert.True(pages[^1].IsLast);
    }

    [Fact]
    public async Task Reader_behind_forgotten_departures_reads_all_that_is_there_and_comes_to_an_end()
    {
        for (var number = 0; number < 200; number++)
            Change(_inventory, Sample.Vm($"stays-{number}") with { Facts = Facts("Debian GNU/Linux", 20) });
        await ForgetAsync(4100);

        var behind = await ReadAsync(_inventory, 150);
        var pages = await ReadAllAsync(behind);

        Assert.True(behind.IsWhole);
        Assert.False(behind.IsLast);
        Assert.Equal([.. Enumerable.Range(0, 200).Select(number => $"stays-{number}")], pages.SelectMany(page => page.Changed).Select(entry => entry.Vm.Name));
        Assert.Single(pages, page => page.IsWhole);
    }

    [Fact]
    public async Task Reader_that_knew_another_inventory_reads_the_whole()
    {
        Change(_inventory, "a");
        var part = await ReadAsync(_inventory, 50);
        Assert.True(part is { IsWhole: true, IsLast: true, Version: 1 });
        Assert.Single(part.Changed);
    }

    private async Task<List<PartMessages.Part>> ReadAllAsync(PartMessages.Part? first = null)
    {
        var pages = new List<PartMessages.Part> { first ?? await ReadAsync(_inventory, 0) };
        while (!pages[^1].IsLast)
        {
            pages.Add(await ReadAsync(_inventory, pages[^1].Version, pages[^1].Began));
            Assert.True(pages.Count < 500, "the pages have no end");
        }
        return pages;
    }

    /// <summary>So many VMs come and leave that the first of them are remembered no more.</summary>
    private async Task ForgetAsync(int count)
    {
        for (var number = 0; number < count; number++)
            Change(_inventory, $"leaves-{number}");
        await SettleAsync(_inventory);
        for (var number = 0; number < count; number++)
            Leave($"leaves-{number}");
        await WhenVersionAsync(200 + (2 * count));
    }

    private async Task WhenVersionAsync(long version)
    {
        for (long now = 0; now < version;)
            now = (await _inventory.Ask<InventoryReplies.Changes>(new InventoryQueries.ReadChanges(now), Limit)).Version;
    }

    private static int SizeOf(PartMessages.Part part) => WireFormats.ByType[typeof(PartMessages.Part)].Write(part).Length + Encoding.UTF8.GetByteCount("inventory.part.v1");
}
