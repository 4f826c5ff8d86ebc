using Orchestrator.Bench.Migrate;

namespace Orchestrator.Bench.Tests.Migrate;

public class SeenEventTests
{
    private static readonly SeenEvent[] Migration = At("a", 0);

    // There and back again. Each log has numbers of its own.
    private static readonly SeenEvent[] ToAndFro = [.. Migration, .. At("b", 0)];

    [Theory]
    [InlineData("""{"source":"/hosts/n1/vms/77","sequence":"17","data":{"event":"STOP"}}""", "n1", 17, "STOP")]
    [InlineData("""{"source":"/hosts/n0/vms/77","sequence":"18","data":{"event":"VM_MIGRATION_CHANGED","data":{"phase":"completed"}}}""", "n0", 18, "VM_MIGRATION_CHANGED completed")]
    public void A_line_is_read(string line, string host, long sequence, string name) => Assert.Equal(new SeenEvent(host, sequence, name), SeenEvent.Parse(line));

    [Theory]
    [InlineData("""{"type":"io.orchestrator.stream.caughtup"}""")]
    [InlineData("""{"type":"io.orchestrator.stream.gap","data":{"from":3,"to":9}}""")]
    [InlineData("""{"type":"io.orchestrator.stream.stalled","data":{"host":"b"}}""")]
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
    public void Of_several_logs_each_is_counted_by_itself()
    {
        Assert.Equal(0, SeenEvent.Lost([.. At("b", 0), .. Migration], ToAndFro));
        Assert.Equal(4, SeenEvent.Lost(Migration, ToAndFro));
        Assert.Equal(1, SeenEvent.Lost(ToAndFro[..^1], ToAndFro));
        Assert.Equal(1, SeenEvent.Lost([.. ToAndFro, ToAndFro[0]], ToAndFro));
    }

    [Fact]
    public void The_last_of_each_log_is_the_one_with_its_greatest_number()
    {
        Assert.Equal([new("a", 17, "RESUME"), new("b", 7, "RESUME")], SeenEvent.Last([.. ToAndFro, .. At("a", 10)]));
        Assert.Empty(SeenEvent.Last([]));
    }

    [Fact]
    public void Every_migration_is_told_by_its_stop_its_move_and_its_resumption()
    {
        Assert.Equal(0, SeenEvent.Missing(Migration, 1));
        Assert.Equal(0, SeenEvent.Missing([.. Migration, .. Migration], 2));
        Assert.Equal(3, SeenEvent.Missing(Migration, 2));
        Assert.Equal(1, SeenEvent.Missing([.. Migration, new("a", 8, "RESUME")], 1));
        Assert.Equal(2, SeenEvent.Missing([Migration[2], Migration[0], Migration[3]], 1));
    }

    [Fact]
    public void One_log_has_all_of_a_migration()
    {
        Assert.Equal(0, SeenEvent.Missing(ToAndFro, 2));
        // Logs take turns when they are read.
        Assert.Equal(0, SeenEvent.Missing([.. Migration[..2], .. At("b", 0), .. Migration[2..]], 2));
        Assert.Equal(3, SeenEvent.Missing(ToAndFro, 3));
        Assert.Equal(1, SeenEvent.Missing([.. Migration[..3], new("b", 7, "RESUME")], 1));
    }

    private static SeenEvent[] At(string host, long behind) =>
        [new(host, behind + 1, "STOP"), new(host, behind + 2, "MIGRATION"), new(host, behind + 4, "VM_MIGRATION_CHANGED completed"), new(host, behind + 7, "RESUME")];
}
