using Orchestrator.Bench.Hostile.Peers;

namespace Orchestrator.Bench.Tests.Hostile.Peers;

public class FloodTests
{
    [Fact]
    public void The_last_line_of_the_log_counts() =>
        Assert.Equal(new Flood(3, 70), Flood.Parse("listening\nconnected\n{\"connections\":3,\"bytes\":70}"));

    [Theory]
    [InlineData("")]
    [InlineData("listening")]
    [InlineData("listening\nhostile_agent: no thread")]
    public void A_program_that_did_not_count_is_quoted(string log) =>
        Assert.EndsWith(log, Assert.Throws<BenchException>(() => Flood.Parse(log)).Message);

    [Fact]
    public void Pace_is_that_of_the_average_connection() =>
        Assert.Equal(new FloodPace(1000, TimeSpan.FromMilliseconds(250)), FloodPace.Of(new Flood(8, 8000), TimeSpan.FromSeconds(2)));

    [Fact]
    public void A_guest_that_never_was_connected_has_one_connection_in_the_whole_turn() =>
        Assert.Equal(new FloodPace(1, TimeSpan.FromSeconds(2)), FloodPace.Of(Flood.None, TimeSpan.FromSeconds(2)));

    [Fact]
    public void A_pause_is_never_shorter_than_the_reader_can_be_told() =>
        Assert.Equal(TimeSpan.FromMilliseconds(1), FloodPace.Of(new Flood(5000, 5000), TimeSpan.FromSeconds(2)).Pause);
}
