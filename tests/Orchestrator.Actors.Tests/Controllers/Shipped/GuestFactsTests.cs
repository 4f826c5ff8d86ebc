using System.Collections.Frozen;
using CsCheck;
using Orchestrator.Actors.Controllers.Shipped.Facts;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Protocol.Guest;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class GuestFactsTests
{
    [Fact]
    public void Addresses_that_reach_beyond_the_link_are_listed_IPv4_first()
    {
        var facts = Of(GuestFacts.Net(
        [
            Card("lo", "00:00:00:00:00:00", "127.0.0.1", "::1"),
            Card("eth0", "52:54:00:AA:00:01", "fe80::1", "2001:db8::5", "10.0.0.5", "169.254.3.4", "10.0.0.5"),
            Card("eth1", "52:54:00:aa:00:02"),
            Card("tun0", null, "not an address", "0.0.0.0", "224.0.0.1", "ff02::1", "192.168.7.1"),
        ]));

        Assert.Equal("10.0.0.5", facts["net.address"]);
        Assert.Equal("10.0.0.5,192.168.7.1,2001:db8::5", facts["net.addresses"]);
        Assert.Equal("eth0,eth1,tun0", facts["net.interfaces"]);
        Assert.Equal("52:54:00:aa:00:01,52:54:00:aa:00:02", facts["net.macs"]);
    }

    [Fact]
    public void Guest_without_a_network_has_no_such_facts() => Assert.All(GuestFacts.Net([]), fact => Assert.Null(fact.Value));

    [Fact]
    public void Fullest_filesystem_that_can_be_written_to_is_told()
    {
        var facts = Of(GuestFacts.Fs(
        [
            Disk("/snap/core", "squashfs", 100, 100), Disk("/", "ext4", 1000, 401), Disk("/data", "xfs", 1000, 911), Disk("/boot", "vfat", null, null), Disk("/none", "ext4", 0, 0), Disk("/old", "ext4", 1000, null),
        ]));

        Assert.Equal("/,/boot,/data,/none,/old,/snap/core", facts["fs.mounts"]);
        Assert.Equal(("92", "/data"), (facts["fs.used-percent"], facts["fs.fullest"]));
    }

    [Theory]
    [InlineData(0UL, 100UL, "0")]
    [InlineData(1UL, 1_000_000UL, "1")]
    [InlineData(100UL, 100UL, "100")]
    [InlineData(ulong.MaxValue, 1UL, "100")]
    [InlineData(ulong.MaxValue - 1, ulong.MaxValue, "100")]
    public void Percentage_is_rounded_up_and_within_its_range(ulong used, ulong total, string percent) =>
        Assert.Equal(percent, Of(GuestFacts.Fs([Disk("/", "ext4", total, used)]))["fs.used-percent"]);

    [Fact]
    public void Users_are_listed_once_each_with_their_domains()
    {
        var facts = Of(GuestFacts.Users([new GuestUser { User = "root", LoginTime = 1 }, new GuestUser { User = "root", LoginTime = 2 }, new GuestUser { User = "Ann", Domain = "CORP", LoginTime = 3 }]));

        Assert.Equal((@"CORP\Ann,root", "2"), (facts["users"], facts["users.count"]));
        Assert.Equal((null, "0"), (Of(GuestFacts.Users([]))["users"], Of(GuestFacts.Users([]))["users.count"]));
    }

    [Theory]
    [InlineData("CET", 3600, "CET")]
    [InlineData(null, 3600, "+60 min")]
    [InlineData(null, -12_600, "-210 min")]
    [InlineData(null, 0, "0 min")]
    public void Time_zone_without_a_name_is_its_offset(string? zone, long offset, string expected) =>
        Assert.Equal(expected, Of(GuestFacts.Os(null, new GuestTimezone { Zone = zone, Offset = offset }))["os.timezone"]);

    [Fact]
    public void What_a_terminal_obeys_or_a_list_is_cut_at_is_shown_as_a_question_mark() =>
        Assert.Equal("a?[31mb?c?d😀", FactText.Clean("a\u001b[31mb,c\u202ed😀"));

    [Fact]
    public void List_that_is_too_long_tells_how_many_are_left_out()
    {
        var list = FactText.List([.. Enumerable.Range(0, 100).Select(number => $"10.0.0.{number}")])!;

        Assert.InRange(list.Length, 240, FactText.MaxLength);
        Assert.EndsWith($",+{100 - (list.Count(character => character == ','))}", list, StringComparison.Ordinal);
        Assert.Null(FactText.List([]));
    }

    [Fact]
    public void Whatever_a_guest_says_a_fact_is_short_and_harmless() => Gen.String.Array[0, 60].Sample(items =>
    {
        var valid = items.Select(item => string.Concat(item.EnumerateRunes())).ToArray();
        var list = FactText.List(valid);
        return list is null ? valid.Length == 0 : list.Length <= FactText.MaxLength && list.IndexOfAny(['\n', '\u001b', '\u202e', '\0']) < 0;
    }, iter: 20_000);

    [Theory]
    [InlineData("f:facts.fs.used-percent=[90-100]", true)]
    [InlineData("f:facts.fs.used-percent=[93-100]", false)]
    [InlineData("f:facts.users.count!=0", true)]
    [InlineData("f:facts.net.addresses=*10.0.7.*", true)]
    [InlineData("f:facts.net.addresses=*10.0.8.*", false)]
    public void Facts_are_there_for_selectors(string selector, bool matches)
    {
        (string Fact, string? Value)[] facts = [.. GuestFacts.Fs([Disk("/data", "xfs", 1000, 911)]), .. GuestFacts.Users([new GuestUser { User = "root", LoginTime = 1 }]), .. GuestFacts.Net([Card("eth0", null, "192.168.0.9", "10.0.7.3")])];
        var vm = ShippedRig.Running("web1", ShippedRig.Web) with { Facts = facts.ToFrozenDictionary(fact => $"facts.{fact.Fact}", fact => fact.Value ?? "") };

        Assert.True(TargetSelector.TryParse(selector, out var parsed, out _));
        Assert.Equal(matches, parsed.Matches(vm));
    }

    private static Dictionary<string, string?> Of(IEnumerable<(string Fact, string? Value)> facts) => facts.ToDictionary(fact => fact.Fact, fact => fact.Value);

    private static GuestNetworkInterface Card(string name, string? mac, params string[] addresses) => new()
    {
        Name = name,
        HardwareAddress = mac,
        IpAddresses = addresses.Length == 0 ? null : [.. addresses.Select(address => new GuestIpAddress { IpAddress = address, IpAddressType = address.Contains(':', StringComparison.Ordinal) ? GuestIpAddressType.Ipv6 : GuestIpAddressType.Ipv4, Prefix = 24 })],
    };

    private static GuestFilesystemInfo Disk(string mount, string type, ulong? total, ulong? used) => new() { Name = "vda", MountPoint = mount, Type = type, Disk = [], TotalBytes = total, UsedBytes = used };
}
