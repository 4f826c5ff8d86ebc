using CsCheck;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

public sealed class TargetListTests
{
    private static readonly Gen<RoutedTarget[]> Targets = Gen.Select(
        Gen.Int[0, 5000].HashSet[0, 60],
        Gen.Int[0, 1_000_000],
        static (ordinals, seed) => ordinals.Order().Select(ordinal => Target(ordinal, seed)).ToArray());

    [Fact]
    public void What_was_cut_is_read_again_in_its_order() => Gen.Select(Targets, Gen.Int[1, 4000]).Sample((targets, size) =>
        TargetList.Cut(targets, size).SelectMany(list => list.Read()).SequenceEqual(targets));

    [Fact]
    public void No_list_is_larger_than_it_may_be() => Gen.Select(Targets, Gen.Int[200, 4000]).Sample((targets, size) =>
        TargetList.Cut(targets, size).All(list => list.Paths.Length + (list.Ordinals.Count * 4) <= size));

    [Fact]
    public void Neighbours_are_told_by_what_differs()
    {
        var list = Assert.Single(TargetList.Cut([new(3, "/user/vm-host/web01", "ABCDEFGH"), new(4, "/user/vm-host/web02", ""), new(9, "/user/vm-host/db", "")], 1000));

        Assert.Equal([3, 2, 9, 1], list.Ordinals);
        Assert.Equal("0/user/vm-host/web01#ABCDEFGH I2# Edb# ", list.Paths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0/user/a")]
    [InlineData("0/user/a ")]
    [InlineData("5/user/a# ")]
    [InlineData("!/user/a# ")]
    [InlineData("#0/user/a ")]
    public void A_broken_list_is_told(string paths) => Assert.Throws<FormatException>(() => new TargetList([0, 1], paths).Read().ToArray());

    [Fact]
    public void Identities_of_any_two_VMs_differ() => Gen.Select(Gen.Guid, Gen.Guid).Sample((one, other) =>
        one == other || TargetList.IdentityOf(new VmId(one)) != TargetList.IdentityOf(new VmId(other)));

    [Fact]
    public void An_identity_is_eight_characters_or_none()
    {
        Assert.Equal("", TargetList.IdentityOf(null));
        Assert.Equal("00000000", TargetList.IdentityOf(new VmId(Guid.Empty)));
        Assert.Equal(8, TargetList.IdentityOf(new VmId(Guid.Parse("6f1d8a52-93f4-4c0b-8a1e-0123456789ab"))).Length);
    }

    private static RoutedTarget Target(int ordinal, int seed)
    {
        var random = new Random(unchecked((seed * 31) + ordinal));
        var path = random.Next(3) switch
        {
            0 => $"/user/vm-host/web{ordinal:0000}",
            1 => $"/system/sharding/duties/vmhost-{random.Next(3)}/vm-host/{new string('x', random.Next(100))}{ordinal}",
            _ => $"/user/vm-host/{Uri.EscapeDataString("db #" + random.Next(9))}",
        };
        return new RoutedTarget(ordinal, path, random.Next(3) == 0 ? "" : TargetList.IdentityOf(new VmId(new Guid(ordinal, 1, 2, new byte[8]))));
    }
}
