using System.Text;
using Orchestrator.Bench.Events.Subscribers;

namespace Orchestrator.Bench.Tests.Events;

public class EventLineTests
{
    private const string Event = """{"specversion":"1.0","id":"17:3","source":"/hosts/h/vms/x","type":"io.orchestrator.qmp.RTC_CHANGE","subject":"vm0012","time":"2026-01-01T00:00:00Z","data":{"event":"RTC_CHANGE","data":{"offset":345,"qom-path":"/machine/rtc","sent":678901}}}""";

    [Theory]
    [InlineData("")]
    [InlineData("data: ")]
    public void An_event_is_read_from_either_form_of_the_stream(string before) =>
        Assert.Equal(new EventLine(12, 345, 678901), Read(before + Event));

    [Theory]
    [InlineData("")]
    [InlineData("event: event")]
    [InlineData("id: MTc6MyBo")]
    [InlineData(": still here")]
    public void Other_lines_are_no_events(string line) => Assert.Null(Read(line));

    [Fact]
    public void A_gap_says_how_many_events_are_missing() => Assert.Equal(new EventLine(0, 0, 0, Missing: 3), Read(Gap("""{"from":2,"to":4}""")));

    [Theory]
    [InlineData("""{"reason":"unknown"}""")]
    [InlineData("""{"from":5,"to":4}""")]
    public void A_gap_that_does_not_tell_ends_the_benchmark_with_the_servers_own_words(string data) =>
        Assert.Contains(data, Assert.Throws<BenchException>(() => Read(Gap(data))).Message);

    [Theory]
    [InlineData("345", "x")]
    [InlineData("\"sent\"", "\"seen\"")]
    [InlineData("vm0012", "vm")]
    public void An_event_that_is_none_of_a_monitors_ends_it_too(string old, string changed) =>
        Assert.Throws<BenchException>(() => Read(Event.Replace(old, changed)));

    private static string Gap(string data) => $$"""{"id":"gap/2-4","source":"/hosts/h","type":"io.orchestrator.stream.gap","data":{{data}}}""";

    private static EventLine? Read(string line) => EventLine.Of(Encoding.UTF8.GetBytes(line));
}
