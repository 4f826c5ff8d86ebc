using Akka.Actor;
using CsCheck;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.VmHosts;

/// <summary>Selectors that name their VMs, which the inventory looks up, beside the same that it has to try on each VM.</summary>
public sealed class InventorySelectionTests : ActorTest
{
    private static readonly VmId[] Ids = [.. Enumerable.Range(1, 3).Select(number => new VmId(new Guid(number, 0, 0, new byte[8])))];

    /// <summary>So small a world that names and identities meet each other, change, and go.</summary>
    private static readonly Gen<(int Actor, VmSnapshot? Vm)[]> Changes = Gen.Select(
        Gen.Int[0, 5],
        Gen.OneOf("a", "b", "c"),
        Gen.OneOf("h1", "h2"),
        Gen.Int[-2, 2],
        Gen.Bool,
        Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))),
        (actor, name, host, id, isStale, isGone) => (actor, isGone ? null : Sample.Vm(name) with
        {
            Host = host,
            Id = id < 0 ? null : Ids[id],
            StaleSince = isStale ? DateTimeOffset.UnixEpoch : null,
        })).Array[0, 30];

    [Fact]
    public async Task What_is_looked_up_is_what_would_be_found_among_all() => await Changes.SampleAsync(
        async changes =>
        {
            var inventory = Sys.ActorOf(Inventory.PropsFor());
            var actors = new Dictionary<int, IActorRef>();
            foreach (var (number, vm) in changes)
            {
                if (vm is not null)
                    inventory.Tell(new InventoryCommands.Take([new InventoryEntry(vm, actors.TryGetValue(number, out var known) ? known : actors[number] = CreateTestProbe().Ref)], []));
                else if (actors.Remove(number, out var gone))
                    inventory.Tell(new InventoryCommands.Take([], [gone]));
            }
            foreach (var selector in new[] { "a", "'b' and h:h1", "a or b, nobody", $"{Ids[0]}", $"{Ids[1]} and c", $"{Ids[0]} or {Ids[2]} or a" })
                Assert.Equal(await SelectAsync(inventory, $"not (not ({selector}))"), await SelectAsync(inventory, selector));
            Sys.Stop(inventory);
        },
        iter: 200,
        threads: 1);

    [Fact]
    public async Task Vm_that_two_nodes_tell_of_is_found_once_by_its_name()
    {
        var inventory = Sys.ActorOf(Inventory.PropsFor());
        var (old, live) = (Sample.Vm("a") with { Host = "h1", Id = Ids[0], StaleSince = DateTimeOffset.UnixEpoch }, Sample.Vm("a") with { Host = "h2", Id = Ids[0] });
        inventory.Tell(new InventoryCommands.Take([new(old, CreateTestProbe().Ref), new(live, CreateTestProbe().Ref)], []));

        Assert.Equal([live], await SelectAsync(inventory, "a"));
    }

    /// <summary>In an order of the actors, as VMs of one name on one host have none.</summary>
    private static async Task<IEnumerable<VmSnapshot>> SelectAsync(IActorRef inventory, string selector) =>
        (await inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(Sample.Parse(selector)), Limit)).Entries.OrderBy(entry => entry.Vm.Path.Name, StringComparer.Ordinal).Select(entry => entry.Snapshot);
}
