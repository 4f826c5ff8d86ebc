using Orchestrator.Actors.Events;
using static Orchestrator.Actors.Tests.Events.Filtering.FilterSample;

namespace Orchestrator.Actors.Tests.Events.Filtering;

public sealed class EventExpressionTests
{
    [Theory]
    [InlineData("type = 'io.orchestrator.qmp.BLOCK_IO_ERROR'")]
    [InlineData("subject = 'web1' AND subject = \"web1\"")]
    [InlineData("source = '/hosts/node1/vms/00000000-0000-4000-8000-000000000001'")]
    [InlineData("id = '1700000000000:42' AND sequence = 42")]
    [InlineData("partitionkey = '00000000-0000-4000-8000-000000000001'")]
    [InlineData("provenance = 'host' AND provenance != 'guest' AND provenance <> 'guest'")]
    [InlineData("incarnation = 3 AND incarnation > 2 AND incarnation >= 3 AND incarnation < 4 AND incarnation <= 3")]
    [InlineData("sessionepoch = 1700000000001")]
    public void Attributes_are_compared(string text) => Assert.True(Matches(text));

    [Theory]
    [InlineData("time = '2026-01-01T12:00:00.5Z'")]
    [InlineData("time = '2026-01-01T13:00:00.500+01:00'")]
    [InlineData("'2026-01-01T11:59:59Z' < time")]
    [InlineData("time > '2026-01-01' AND time < '2026-01-02'")]
    [InlineData("time IN ('2026-01-01T12:00:00Z', '2026-01-01T12:00:00.5Z')")]
    [InlineData("time LIKE '2026-01-01T12:%'")]
    public void Time_is_compared_as_a_moment(string text) => Assert.True(Matches(text));

    [Theory]
    [InlineData("data.device = 'virtio0'")]
    [InlineData("data.write AND NOT data.forced")]
    [InlineData("data.write = TRUE AND data.forced = false")]
    [InlineData("data.size = 4096 AND data.size >= 4095.5 AND data.size > -1")]
    [InlineData("data.ratio = 0.5 AND data.ratio < 1")]
    [InlineData("data.list[0] = 1 AND data.list[1].name = 'b' AND data.list[2][0] = 7")]
    [InlineData("data.nested.a.b = 'deep' AND data['nested']['a'].b = 'deep'")]
    [InlineData("data.qom-path = '/a' AND data['__com.x_y'] = 'odd' AND data.in = 'word'")]
    [InlineData("data.size IN (1, 4096)")]
    [InlineData("data.device NOT IN ('sda', 'sdb')")]
    [InlineData("data.size LIKE '40__' AND data.write LIKE 'tr%'")]
    public void Data_is_reached_by_paths(string text) => Assert.True(Matches(text));

    [Theory]
    [InlineData("data.absent = 1")]
    [InlineData("data.absent != 1")]
    [InlineData("data.absent < 1")]
    [InlineData("data.absent")]
    [InlineData("data.absent LIKE '%'")]
    [InlineData("data.absent NOT LIKE 'x'")]
    [InlineData("data.absent IN (1)")]
    [InlineData("data.absent NOT IN (1)")]
    [InlineData("EXISTS data.absent")]
    [InlineData("EXISTS data.list[3]")]
    [InlineData("EXISTS data.device.more")]
    [InlineData("EXISTS data.size[0]")]
    [InlineData("EXISTS data.nested[0]")]
    public void What_is_missing_makes_its_condition_false(string text)
    {
        Assert.False(Matches(text));
        Assert.True(Matches($"NOT {text}"));
    }

    [Theory]
    [InlineData("EXISTS data.none AND EXISTS data.list[2] AND EXISTS data.nested AND EXISTS data")]
    [InlineData("EXISTS type AND EXISTS sessionepoch")]
    [InlineData("data.none != 'x' AND NOT data.none = 'x'")]
    [InlineData("data.nested != 1 AND NOT data.nested < 1 AND NOT data.nested >= 1")]
    [InlineData("data.huge != 1 AND NOT data.huge > 1")]
    [InlineData("data.device != 5 AND NOT data.device > 5")]
    public void What_cannot_be_compared_is_there_and_unequal(string text) => Assert.True(Matches(text));

    [Theory]
    [InlineData("data.number = 17 AND data.number > 9 AND 17 = data.number")]
    [InlineData("data.number = '17' AND NOT data.number = '17.0' AND data.number = 17.0")]
    [InlineData("data.number < '9'")]
    [InlineData("data.write = 'true' AND data.size = '4096'")]
    [InlineData("incarnation = '3'")]
    public void Text_is_what_it_is_compared_with(string text) => Assert.True(Matches(text));

    [Theory]
    [InlineData("TRUE OR FALSE AND FALSE", true)]
    [InlineData("(TRUE OR FALSE) AND FALSE", false)]
    [InlineData("TRUE XOR TRUE OR FALSE", false)]
    [InlineData("TRUE XOR TRUE XOR TRUE", true)]
    [InlineData("NOT FALSE AND FALSE", false)]
    [InlineData("NOT (FALSE AND FALSE)", true)]
    [InlineData("not not true", true)]
    [InlineData("NOT type = 'x' aNd Not false", true)]
    [InlineData("NOT TRUE OR NOT TRUE", false)]
    public void And_binds_before_or_before_xor(string text, bool expected) => Assert.Equal(expected, Matches(text));

    [Theory]
    [InlineData("'it''s' = 'it\\'s'")]
    [InlineData("\"it's\" = 'it\\'s' AND \"a\"\"b\" = 'a\"b' AND \"a\\\"b\" = 'a\"b'")]
    [InlineData(@"'a\\b' = 'a\b'")]
    [InlineData(@"'50%' LIKE '50\%' AND '50x' NOT LIKE '50\%' AND 'a_b' LIKE 'a\_b' AND 'axb' NOT LIKE 'a\_b'")]
    [InlineData(@"'a\\b' LIKE 'a\\\\b'")]
    [InlineData("'' = \"\" AND '' LIKE '' AND '' LIKE '%' AND NOT '' LIKE '_'")]
    public void Quotes_and_backslashes_are_written_in_texts(string text) => Assert.True(Matches(text));

    [Fact]
    public void Event_without_data_has_nothing_to_be_found()
    {
        var happened = Event(data: null);
        Assert.False(Matches("EXISTS data", happened));
        Assert.False(Matches("data.a = 1 OR data[0] = 1 OR EXISTS data.a", happened));
        Assert.True(Matches("subject = 'web1'", happened));
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("{")]
    [InlineData("""{"a" 1}""")]
    [InlineData("nonsense")]
    public void Broken_data_is_never_an_exception(string data)
    {
        var happened = Event(data);
        Assert.False(Matches("data.a = 'x' OR data.a = 1 OR data.a LIKE '%'", happened));
    }

    [Fact]
    public void Data_may_be_nested_as_deeply_as_it_likes()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 900)) + string.Concat(Enumerable.Repeat("]", 900));
        Assert.True(Matches("data.b = 1", Event($$"""{"a":{{deep}},"b":1}""")));
        Assert.True(Matches("EXISTS data.b OR TRUE", Event("{\"a\":" + new string('[', 5_000) + new string(']', 5_000) + ",\"b\":1}")));
    }

    [Fact]
    public void Attributes_that_an_event_does_not_have_are_missing()
    {
        var happened = Event() with { Vm = null, Session = 0, Provenance = Provenance.Guest };
        Assert.False(Matches("EXISTS partitionkey OR EXISTS sessionepoch OR partitionkey = '' OR sessionepoch = 0", happened));
        Assert.True(Matches("provenance = 'guest' AND source = '/hosts/node1/vms/web1'", happened));
    }
}
