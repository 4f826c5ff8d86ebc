namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>What agents after 7.2 say: more members, more commands. Written after their schema, not recorded.</summary>
public class ReplyNewerAgentTests
{
    [Theory]
    [InlineData("guest-get-fsinfo", """[{"name":"vda1","mountpoint":"/","type":"ext4","used-bytes":1,"total-bytes":2,"total-bytes-privileged":3,"disk":[]}]""")]
    [InlineData("guest-network-get-route", """[{"iface":"eth0","destination":"192.0.2.0","metric":100,"gateway":"0.0.0.0","mask":"255.255.255.0","irtt":0,"flags":1,"refcnt":0,"use":0,"window":0,"mtu":0,"version":4}]""")]
    [InlineData("guest-network-get-route", """[{"iface":"eth0","destination":"fd00::","metric":256,"flags":1,"desprefixlen":"40","source":"::","srcprefixlen":"00","nexthop":"::","version":6}]""")]
    [InlineData("guest-get-load", """{"load1m":0.01,"load5m":0.5,"load15m":12}""")]
    [InlineData("guest-get-disks", """[{"name":"C:","partition":false,"address":{"pci-controller":{"domain":-1,"bus":-1,"slot":-1,"function":-1},"bus-type":"ufs","bus":0,"target":0,"unit":0},"smart":{"type":"sata"}}]""")]
    [InlineData("guest-get-users", """[{"user":"admin","login-time":1700000000.123456,"domain":"CORP"}]""")]
    [InlineData("guest-exec-status", """{"exited":true,"exitcode":0,"out-data":"","out-truncated":false}""")]
    public void Reply_of_a_newer_agent_is_kept_whole(string command, string json) => Assert.Equal(json, Transcoded.Reply(command, json).Json);

    [Theory]
    [InlineData("guest-get-vcpus", """[{"logical-id":0,"online":true,"core":1}]""", """[{"logical-id":0,"online":true}]""")]
    [InlineData("guest-info", """{"version":"11.0.0","supported_commands":[{"name":"guest-new","enabled":true,"success-response":true,"since":"11.0"}],"features":[]}""", """{"version":"11.0.0","supported_commands":[{"name":"guest-new","enabled":true,"success-response":true}]}""")]
    public void Member_of_a_later_schema_is_dropped(string command, string json, string expected) =>
        Assert.Equal(expected, Transcoded.Reply(command, json).Json);
}
