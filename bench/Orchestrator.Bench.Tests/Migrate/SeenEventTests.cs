using Orchestrator.Bench.Migrate;

namespace Orchestrator.Bench.Tests.Migrate;

public class SeenEventTests
{
    private static readonly SeenEvent[] Migration = [new(1, "STOP"), new(2, "MIGRATION"), new(4, "VM_MIGRATION_CHANGED completed"), new(7, "RESUME")];

    [Theory]
    [InlineData("""{"sequence":"17","data":{"event":"STOP"}}""", 17, "STOP")]
    [InlineData("""{"sequence":"18","data":{"event":"VM_MIGRATION_CHANGED","data":{"phase":"completed"}}}""", 18, "VM_MIGRATION_CHANGED completed")]
    public void A_line_is_read(string line, long sequence, string name) => Assert.Equal(new SeenEvent(sequence, name), SeenEvent.Parse(line));

    [Theory]
    [InlineData("""{"type":"io.orchestrator.stream.caughtup"}""")]
    [InlineData("""{"type":"io.orchestrator.stream.gap","data":{"from":3,"to":9}}""")]
    public void What_is_said_of_the_stream_is_no_event(string line) => Assert.Null(SeenEvent.Parse(line));

    [Fact]
    public void A_subscriber_that_has_all_since_its_first_has_lost_none() => Assert.Equal((0, 0), (SeenEvent.Lost(Migration, Migration), SeenEvent.Lost(Migration[2..], Migration)));

    [Fact]
    public void What_is_in_the_log_and_did_not_come_is_lost() => Assert.Equal((1, 2, 4), (SeenEvent.Lost([.. Migration[..1], .. Migration[2..]], Migration), SeenEvent.Lost(Migration[..2], Migration), SeenEvent.Lost([], Migration)));

    [Fact]
    public void What_comes_twice_or_late_is_counted_too()
    {
        Assert.Equal(1, SeenEvent.Lost([.. Migration, Migration[3]], Migration));
        Assert.Equal(1, SeenEvent.Lost([Migration[0], Migration[2], Migration[1], Migration[3]], Migration));
    }

    [Fact]
    public void Every_migration_is_told_by_its_stop_its_move_and_its_resumption()
    {
        Assert.Equal(0, SeenEvent.Missing(Migration, 1));
        Assert.Equal(0, SeenEvent.Missing([.. Migration, .. Migration], 2));
        Assert.Equal(3, SeenEvent.Missing(Migration, 2));
        Assert.Equal(1, SeenEvent.Missing([.. Migration, new(8, "RESUME")], 1));
        Assert.Equal(2, SeenEvent.Missing([Migration[2], Migration[0], Migration[3]], 1));
    }
}
