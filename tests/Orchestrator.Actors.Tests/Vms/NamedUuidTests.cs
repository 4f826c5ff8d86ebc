using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class NamedUuidTests
{
    [Fact]
    public void The_same_names_give_the_same_UUID_for_ever()
    {
        // SHA-256 of "orchestrator/host1/disk1", with version and variant of RFC 9562 put in: computed by another program.
        Assert.Equal("535b3b6a-063f-8611-a495-9b0361228dc0", NamedUuid.Of("host1", "disk1").ToString());
    }

    [Fact]
    public void Version_is_8_and_variant_that_of_the_RFC()
    {
        Assert.All(Enumerable.Range(0, 200), number =>
        {
            var text = NamedUuid.Of("host", "vm" + number).ToString();
            Assert.Equal('8', text[14]);
            Assert.Contains(text[19], "89ab");
        });
    }

    [Fact]
    public void Other_names_give_other_UUIDs()
    {
        var all = from host in Enumerable.Range(0, 20) from vm in Enumerable.Range(0, 20) select NamedUuid.Of("h" + host, "v" + vm);

        Assert.Equal(400, all.Distinct().Count());
    }
}
