using System.Text;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.EndToEnd.Tests.Sessions;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>QMP commands held against what the real QEMU says of itself.</summary>
public sealed class VocabularyTests(GuestsFixture guests) : GuestTests(guests, WithDisk)
{
    [Fact]
    public async Task Introspection_of_a_machine_is_read_and_merged()
    {
        var introspection = Encoding.UTF8.GetBytes((await Guests.Api.QmpAsync(WithDisk, "query-qmp-schema")).Result().GetRawText());

        var vocabulary = QmpVocabulary.Read(introspection);
        var merged = QapiIntrospection.Read(MergedIntrospection.Schema(introspection, GuestNamespace.BuiltIn));

        RealIntrospection.AssertTrueOfEveryQemu(vocabulary);
        RealIntrospection.AssertPasses(vocabulary, "device_add", """{"driver":"virtio-blk-pci","drive":"d","id":"x","disable-legacy":true}""");
        Assert.All((string[])["query-status", "query-block", "guest-get-osinfo", "guest-exec"], name => Assert.Contains(name, merged.Commands.Keys));
        Assert.All((string[])["STOP", "GUEST_PANICKED", "GUEST_STARTUP"], name => Assert.Contains(name, merged.Events.Keys));
        var status = Assert.IsType<QapiObjectType>(merged.Commands["query-status"].Returns);
        Assert.Equal("bool", status.Members.Single(member => member.Name == "running").Type.Name);
        Assert.True(merged.Commands["yank"].AllowOutOfBand);
    }

    [Fact]
    public async Task Command_or_argument_that_QEMU_does_not_have_is_refused_before_it_is_sent()
    {
        var unknown = (await Guests.Api.QmpAsync(WithDisk, "query-blok")).Ends("Refused", "Unsupported", "None");
        var wrong = (await Guests.Api.QmpAsync(WithDisk, "query-status", """{"x":1}""")).Ends("Refused", "InvalidArgument", "None");

        Assert.EndsWith("Did you mean 'query-block'?", unknown.Text("message"), StringComparison.Ordinal);
        Assert.Equal("query-status: arguments: expected no members, found unknown member 'x'. Leave it out", wrong.Text("message"));
    }

    [Fact]
    public async Task Command_whose_arguments_QEMU_does_not_list_passes_with_them()
    {
        (await Guests.Api.QmpAsync(WithDisk, "device_add", """{"driver":"virtserialport","id":"extra","name":"org.example.extra.0"}""")).Succeeds();

        (await Guests.Api.QmpAsync(WithDisk, "device_del", """{"id":"extra"}""")).Succeeds();
    }

    [Fact]
    public async Task Commands_of_QEMU_are_listed_and_shown()
    {
        var names = (await Guests.Api.GetAsync($"/v1/vms/{WithDisk}/schema")).Items().Select(name => name.GetString());
        var command = (await Guests.Api.GetAsync($"/v1/vms/{WithDisk}/schema/query-status")).Body;

        Assert.Contains("blockdev-add", names);
        Assert.Equal("ReadOnly", command.Text("class"));
    }
}
