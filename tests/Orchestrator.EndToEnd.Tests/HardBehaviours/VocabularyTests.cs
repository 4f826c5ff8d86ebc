using Orchestrator.EndToEnd.Tests.Serving;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>QMP commands held against what the real QEMU says of itself.</summary>
public sealed class VocabularyTests(GuestsFixture guests) : GuestTests(guests)
{
    [Fact]
    public async Task Command_or_argument_that_QEMU_does_not_have_is_refused_before_it_is_sent()
    {
        var unknown = (await Guests.Api.QmpAsync(WithDisk, "query-blok")).Ends("Refused", "Unsupported", "None");
        var wrong = (await Guests.Api.QmpAsync(WithDisk, "blockdev-add", """{"driver":"qcow2","file":{"driver":"file","filename":1}}""")).Ends("Refused", "InvalidArgument", "None");

        Assert.Contains("Did you mean 'query-block'?", unknown.Text("message"), StringComparison.Ordinal);
        Assert.Equal("blockdev-add: arguments.file.filename: expected a string, found a number", wrong.Text("message"));
    }

    [Fact]
    public async Task Command_whose_arguments_QEMU_does_not_list_all_passes_with_them()
    {
        (await Guests.Api.QmpAsync(WithDisk, "device_add", """{"driver":"pci-testdev","id":"extra","addr":"0x1e"}""")).Succeeds();

        (await Guests.Api.QmpAsync(WithDisk, "device_del", """{"id":"extra"}""")).Succeeds();
    }

    [Fact]
    public async Task Commands_of_QEMU_are_listed_and_shown()
    {
        var names = (await Guests.Api.GetAsync($"/v1/vms/{WithDisk}/schema")).Items().Select(name => name.GetString()).ToArray();
        var command = (await Guests.Api.GetAsync($"/v1/vms/{WithDisk}/schema/query-status")).Body;

        Assert.Contains("blockdev-add", names);
        Assert.Equal("ReadOnly", command.Text("class"));
    }
}
