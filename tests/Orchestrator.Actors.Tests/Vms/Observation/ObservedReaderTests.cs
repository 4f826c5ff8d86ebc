using System.Text;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservedReaderTests
{
    private const string Loopback = """{"name": "lo", "ip-addresses": [{"ip-address": "127.0.0.1", "ip-address-type": "ipv4", "prefix": 8}, {"ip-address": "::1", "ip-address-type": "ipv6", "prefix": 128}]}""";
    private const string Ethernet = """{"name": "eth0", "hardware-address": "52:54:00:00:00:01", "ip-addresses": [{"ip-address": "10.0.2.15", "ip-address-type": "ipv4", "prefix": 24}]}""";

    [Fact]
    public void Interfaces_are_told_without_their_counters_and_in_no_order_of_the_guests()
    {
        var before = Network(Loopback, Ethernet);
        var counted = Ethernet.Replace("\"ip-addresses\"", """
            "statistics": {"rx-bytes": 1, "rx-packets": 1, "rx-errs": 0, "rx-dropped": 0, "tx-bytes": 2, "tx-packets": 2, "tx-errs": 0, "tx-dropped": 0}, "ip-addresses"
            """);

        var (_, change) = Network(counted, Loopback).Since(before);

        Assert.Null(change);
        Assert.Equal(["eth0", "lo"], before.Items.Select(item => item.Key));
    }

    [Fact]
    public void Change_of_the_network_tells_what_came_what_went_and_what_is_different()
    {
        var before = Network(Loopback, Ethernet, """{"name": "tap0"}""");
        var moved = Ethernet.Replace("10.0.2.15", "10.0.2.99");

        var (_, change) = Network(Loopback, moved, """{"name": "wg0", "ip-addresses": []}""").Since(before);

        Assert.Equal(
            """{"added":[{"name":"wg0","ip-addresses":[]}],"removed":[{"name":"tap0","ip-addresses":[]}],"changed":[{"name":"eth0","hardware-address":"52:54:00:00:00:01","ip-addresses":[{"ip-address":"10.0.2.99","ip-address-type":"ipv4","prefix":24}]}]}""",
            Encoding.UTF8.GetString(change!.Value.Span));
    }

    [Fact]
    public void Facts_have_the_interfaces_and_the_addresses_that_others_may_reach()
    {
        var many = """
            {"name": "eth1", "ip-addresses": [{"ip-address": "fe80::1", "ip-address-type": "ipv6", "prefix": 64}, {"ip-address": "2001:db8::7", "ip-address-type": "ipv6", "prefix": 64},
            {"ip-address": "169.254.1.1", "ip-address-type": "ipv4", "prefix": 16}, {"ip-address": "ff02::1", "ip-address-type": "ipv6", "prefix": 8},
            {"ip-address": "224.0.0.1", "ip-address-type": "ipv4", "prefix": 4}, {"ip-address": "0.0.0.0", "ip-address-type": "ipv4", "prefix": 0}, {"ip-address": "no address", "ip-address-type": "ipv4", "prefix": 0}]}
            """;

        Assert.Equal([new("net.addresses", "10.0.2.15,2001:db8::7"), new("net.interfaces", "eth0,eth1,lo")], Network(Loopback, Ethernet, many).Facts);
    }

    [Fact]
    public void Facts_are_cut_between_their_parts()
    {
        var names = Enumerable.Range(0, 100).Select(number => $"interface{number:000}").ToArray();

        var fact = Network([.. names.Select(name => $$"""{"name": "{{name}}"}""")]).Facts.Single(fact => fact.Key == "net.interfaces").Value;

        Assert.InRange(fact.Length, 230, 257);
        Assert.EndsWith("…", fact, StringComparison.Ordinal);
        Assert.All(fact.TrimEnd('…').Split(','), part => Assert.Contains(part, names));
    }

    [Fact]
    public void Interfaces_of_one_name_are_one_with_the_addresses_of_all()
    {
        var second = Ethernet.Replace("10.0.2.15", "10.0.3.15");

        var item = Assert.Single(Network(second, Ethernet).Items);

        Assert.Contains("10.0.2.15", Encoding.UTF8.GetString(item.Json.Span));
        Assert.Contains("10.0.3.15", Encoding.UTF8.GetString(item.Json.Span));
    }

    [Fact]
    public void More_than_a_guest_can_have_is_not_seen()
    {
        var addresses = string.Join(',', Enumerable.Range(0, 3000).Select(number => $$"""{"ip-address": "10.1.{{number / 250}}.{{number % 250}}", "ip-address-type": "ipv4", "prefix": 8}"""));
        var interfaces = Enumerable.Range(0, 1000).Select(number => $$"""{"name": "if{{number:0000}}"}""");

        var state = Network([$$"""{"name": "a", "ip-addresses": [{{addresses}}]}""", .. interfaces, Ethernet]);

        Assert.Equal(ObservedState.MaxItems, state.Items.Count);
        Assert.Equal(ObservedReader.MaxAddresses, Encoding.UTF8.GetString(state.Items[0].Json.Span).Split("ip-address-type").Length - 1);
        Assert.Equal($$"""{"name":"eth0","hardware-address":"52:54:00:00:00:01","ip-addresses":[]}""", Encoding.UTF8.GetString(state.Items[1].Json.Span));
    }

    [Fact]
    public void Users_are_told_by_name_and_domain()
    {
        var before = Read(GuestAspects.Users, """[{"user": "root", "login-time": 1700000000.25}, {"user": "eve", "login-time": 1.5, "domain": "OFFICE"}]""");

        var (next, change) = Read(GuestAspects.Users, """[{"user": "eve", "login-time": 1.5, "domain": "HOME"}, {"user": "root", "login-time": 1700000001.25}]""").Since(before);

        Assert.Equal(
            """{"added":[{"user":"eve","login-time":1.5,"domain":"HOME"}],"removed":[{"user":"eve","login-time":1.5,"domain":"OFFICE"}],"changed":[{"user":"root","login-time":1700000001.25}]}""",
            Encoding.UTF8.GetString(change!.Value.Span));
        Assert.Equal([new("users", "eve,root")], next.Facts);
    }

    [Fact]
    public void Filesystems_are_told_when_they_come_go_or_are_others_and_not_when_they_fill()
    {
        var before = Filesystems(("sda1", "/", 1000, 10), ("sdb1", "/data", 2000, 5), ("sdc1", "/old", 1, 1));

        Assert.Null(Filesystems(("sda1", "/", 1000, 999), ("sdb1", "/data", 2000, 6), ("sdc1", "/old", 1, 0)).Since(before).Change);
        var (next, change) = Filesystems(("sda1", "/", 4000, 10), ("sdd1", "/data", 2000, 5), ("sde1", "/new", 7, 7)).Since(before);

        Assert.Equal(
            """{"added":[{"name":"sde1","mountpoint":"/new","type":"ext4","total-bytes":7,"used-bytes":7}],"removed":[{"name":"sdc1","mountpoint":"/old","type":"ext4","total-bytes":1,"used-bytes":1}],"changed":["""
            + """{"name":"sda1","mountpoint":"/","type":"ext4","total-bytes":4000,"used-bytes":10},{"name":"sdd1","mountpoint":"/data","type":"ext4","total-bytes":2000,"used-bytes":5}]}""",
            Encoding.UTF8.GetString(change!.Value.Span));
        Assert.Equal([new("fs.mounts", "/,/data,/new")], next.Facts);
    }

    [Fact]
    public void Size_that_creeps_is_told_when_it_has_come_far()
    {
        var state = Filesystems(("sda1", "/", 100_000, 0));
        var told = new List<ulong>();
        for (var size = 100_100UL; size < 102_500; size += 100)
        {
            (state, var change) = Filesystems(("sda1", "/", size, 0)).Since(state);
            if (change is not null)
                told.Add(size);
        }

        Assert.Equal([101_100UL, 102_200UL], told);
    }

    [Fact]
    public void Size_with_what_only_root_may_use_goes_before_the_other()
    {
        const string Moving = """[{"name": "sda1", "mountpoint": "/", "type": "btrfs", "used-bytes": 5, "total-bytes": TOTAL, "total-bytes-privileged": 1000, "disk": []}]""";
        var before = Read(GuestAspects.Filesystems, Moving.Replace("TOTAL", "500"));

        Assert.Null(Read(GuestAspects.Filesystems, Moving.Replace("TOTAL", "900")).Since(before).Change);
    }

    [Fact]
    public void Of_filesystems_mounted_over_each_other_the_last_counts()
    {
        var item = Assert.Single(Filesystems(("sda1", "/mnt", 1, 1), ("sdb1", "/mnt", 2, 2)).Items);

        Assert.Contains("sdb1", Encoding.UTF8.GetString(item.Json.Span));
    }

    [Fact]
    public void Filesystem_without_a_size_is_told_without_one()
    {
        var state = Read(GuestAspects.Filesystems, """[{"name": "C:", "mountpoint": "C:\\", "type": "NTFS", "disk": []}]""");

        Assert.Equal("""{"name":"C:","mountpoint":"C:\\","type":"NTFS"}""", Encoding.UTF8.GetString(Assert.Single(state.Items).Json.Span));
        Assert.NotNull(Filesystems(("C:", "C:\\\\", 5, 1)).Since(state).Change);
    }

    private static ObservedState Network(params string[] interfaces) => Read(GuestAspects.Network, $"[{string.Join(',', interfaces)}]");

    private static ObservedState Filesystems(params (string Name, string Mount, ulong Total, ulong Used)[] mounted) => Read(GuestAspects.Filesystems, $"[{string.Join(',', mounted.Select(item =>
        $$"""{"name": "{{item.Name}}", "mountpoint": "{{item.Mount}}", "type": "ext4", "used-bytes": {{item.Used}}, "total-bytes": {{item.Total}}, "disk": []}"""))}]");

    private static ObservedState Read(GuestAspects aspect, string answer) => ObservedReader.Read(aspect, Encoding.UTF8.GetBytes(answer));
}
