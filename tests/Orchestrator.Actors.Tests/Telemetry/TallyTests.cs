using System.Diagnostics.Metrics;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Tests.Telemetry;

public sealed class TallyTests
{
    [Fact]
    public void Additions_of_many_threads_come_together()
    {
        var (tally, tallies) = (new Tally(), new Tallies("kind", ["a", "b"]));

        Parallel.For(0, 10_000, number =>
        {
            tally.Add(number % 2 == 0 ? 3 : -1);
            tallies.Add(number % 2);
        });

        Assert.Equal((10_000, 5_000, 5_000), (tally.Value, tallies[0], tallies[1]));
    }

    [Fact]
    public void Every_value_of_a_label_is_told_from_the_start()
    {
        var tallies = new Tallies("kind", ["a", "b"]);
        tallies.Add(1, 7);

        Assert.Equal([("kind", "a", 0L), ("kind", "b", 7L)], tallies.Measure().Select(measured => (measured.Tags[0].Key, (string)measured.Tags[0].Value!, measured.Value)));
    }

    [Fact]
    public void Shares_are_one_level_and_leave_nothing_behind()
    {
        var level = new Tally();
        var (first, second) = (new Share(level), new Share(level));
        first.Set(5);
        second.Set(2);
        first.Set(3);
        Assert.Equal(5, level.Value);

        first.Dispose();
        first.Dispose();
        Assert.Equal(2, level.Value);
        second.Set(0);
        Assert.Equal(0, level.Value);
    }

    [Fact]
    public void Every_instrument_says_what_it_is()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => { if (instrument.Meter == ProductMeter.Instance) instruments.Add(instrument); } };
        ProductMetrics.Create();
        listener.Start();

        Assert.True(instruments.Count > 25);
        Assert.All(instruments, instrument => Assert.True(instrument.Name.StartsWith("orchestrator.", StringComparison.Ordinal) && instrument.Unit?.Length > 0 && instrument.Description?.EndsWith('.') == true, instrument.Name));
        Assert.Equal(instruments.Count, instruments.Select(instrument => instrument.Name).Distinct().Count());
    }
}
