using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Tests.Clustering;

public sealed class RefusalLogTests
{
    [Fact]
    public void Many_refusals_are_one_line_a_second()
    {
        var (time, log) = (new FakeTimeProvider(), new CollectedLog());
        var refusals = new RefusalLog(time, log);

        for (var refused = 0; refused < 1000; refused++)
            refusals.Tell("10.0.0.9:4711", "is missing");
        Assert.Equal("A connection with 10.0.0.9:4711 was refused: its certificate is missing (0 more were refused since the last such line)", Assert.Single(log.Lines));

        time.Advance(TimeSpan.FromSeconds(1));
        refusals.Tell("10.0.0.8:4712", "expired");
        Assert.Equal("A connection with 10.0.0.8:4712 was refused: its certificate expired (999 more were refused since the last such line)", log.Lines[1]);
    }
}
