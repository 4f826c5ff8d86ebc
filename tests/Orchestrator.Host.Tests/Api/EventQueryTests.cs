using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Events;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

public sealed class EventQueryTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-01-08T00:00:00Z", null));

    [Theory]
    [InlineData("7d", "2026-01-01T00:00:00Z")]
    [InlineData("1.5h", "2026-01-07T22:30:00Z")]
    [InlineData("10m", "2026-01-07T23:50:00Z")]
    [InlineData("90s", "2026-01-07T23:58:30Z")]
    [InlineData("500ms", "2026-01-07T23:59:59.5Z")]
    [InlineData("2025-12-31T23:00:00Z", "2025-12-31T23:00:00Z")]
    [InlineData("2025-12-31T23:00:00+02:00", "2025-12-31T21:00:00Z")]
    [InlineData("2025-12-31T23:00:00 02:00", "2025-12-31T21:00:00Z")]
    public void Since_is_a_time_or_how_long_ago(string since, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, null), Parse(new EventRequest { Since = since }).Since);

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_empty_was_not_given(string? nothing)
    {
        var query = Parse(new EventRequest { Cursor = nothing, Since = nothing, From = nothing, Target = nothing, Filter = nothing, Type = nothing is null ? null : [nothing] });
        Assert.True(query.IsFromNow);
        Assert.Empty(query.Filter.Types);
        Assert.Equal((null, null), (query.Filter.Vms, query.Filter.Expression));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("m")]
    [InlineData("-1h")]
    [InlineData("10mm")]
    [InlineData("99999d")]
    [InlineData("2025-12-31")]
    [InlineData("tomorrow")]
    public void Since_that_is_neither_is_refused(string since) => Assert.Equal("invalid-request", Assert.Throws<RequestException>(() => Parse(new EventRequest { Since = since })).Code);

    [Fact]
    public void Last_event_goes_before_where_the_address_begins()
    {
        var cursor = EventCursor.Beginning.With("h", new EventPosition(1, 2)).ToString();
        var query = EventQuery.Resume(new EventRequest { From = "beginning", Since = "1h", Initial = true, Type = ["STOP"] }, cursor, _time);

        Assert.Equal(cursor, query.Cursor?.ToString());
        Assert.Equal((false, false, null), (query.Initial, query.FromBeginning, query.Since));
        Assert.Equal(["STOP"], query.Filter.Types);
    }

    private EventQuery Parse(EventRequest request) => EventQuery.Parse(request, _time);
}
