using System.Text;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.Tests.Vms.Migration;

public sealed class MigrationPairsTests
{
    private static readonly Guid Uuid = Guid.NewGuid();

    [Theory]
    [InlineData("a running, b inmigrate", "a", "b")]
    [InlineData("b running, a inmigrate", "b", "a")]
    [InlineData("a paused, b inmigrate", "a", "b")]
    [InlineData("a finish-migrate, b inmigrate", "a", "b")]
    [InlineData("a postmigrate, b inmigrate", "a", "b")]
    [InlineData("a postmigrate, b running", "a", "b")]
    [InlineData("b postmigrate, a running", "b", "a")]
    [InlineData("a postmigrate, b running, c inmigrate", "b", "c")]
    [InlineData("a running, b running", null, null)]
    [InlineData("a inmigrate, b inmigrate", null, null)]
    [InlineData("a postmigrate, b postmigrate", null, null)]
    [InlineData("a inmigrate", null, null)]
    public void The_one_with_the_guest_keeps_its_name(string twins, string? vm, string? destination)
    {
        var views = twins.Split(", ").Select(twin => twin.Split(' ')).Select(twin => new TwinView(twin[0], Uuid, twin[1]));

        var pair = MigrationPairs.Find(views);

        Assert.Equal((vm, destination), (pair?.Vm.Name, pair?.Destination.Name));
    }

    [Theory]
    [InlineData("""[{"capability": "xbzrle", "state": false}, {"capability": "events", "state": false}]""", true)]
    [InlineData("""[{"capability": "xbzrle", "state": false}, {"capability": "events", "state": true}]""", false)]
    [InlineData("""[{"capability": "xbzrle", "state": false}]""", false)]
    [InlineData("""[{"state": false}, 7]""", false)]
    [InlineData("{}", false)]
    public void Events_are_asked_for_where_they_are_off(string capabilities, bool expected) =>
        Assert.Equal(expected, MigrationQuestions.HasNoEvents(Encoding.UTF8.GetBytes(capabilities)));

    [Fact]
    public void What_is_told_of_a_migration_names_both_sides_and_its_end()
    {
        var copying = new VmMigration(MigrationPhase.Copying, "a", "b");

        Assert.Null(MigrationWire.EventOf(null, null));
        Assert.Equal("""{"phase":"copying","source":"a","destination":"b"}""", Encoding.UTF8.GetString(MigrationWire.EventOf(null, copying)!.Value.Data.Span));
        Assert.Equal("""{"phase":"ended","source":"a","destination":"b"}""", Encoding.UTF8.GetString(MigrationWire.EventOf(copying, null)!.Value.Data.Span));
    }
}
