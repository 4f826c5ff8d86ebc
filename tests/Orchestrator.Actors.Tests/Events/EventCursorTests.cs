using System.Buffers.Text;
using System.Text;
using CsCheck;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

public sealed class EventCursorTests
{
    private static readonly Gen<EventPosition> Position = Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], (epoch, sequence) => new EventPosition(epoch, sequence));

    [Fact]
    public void What_was_written_is_read_again() =>
        Gen.Select(Gen.String[Gen.Char['!', '~'], 1, 20], Position).List[0, 5].Sample(items =>
        {
            var cursor = items.Aggregate(EventCursor.Beginning, (before, item) => before.With(item.Item1, item.Item2));

            Assert.True(EventCursor.TryParse(cursor.ToString(), out var read));

            Assert.Equal(cursor.Hosts, read.Hosts);
            Assert.All(cursor.Hosts, host => Assert.Equal(cursor[host], read[host]));
        });

    [Fact]
    public void What_it_does_not_name_begins_at_its_time()
    {
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var cursor = EventCursor.At(since.AddTicks(9)).With("b", new EventPosition(1, 2)).With("a", new EventPosition(3, 4));

        Assert.True(EventCursor.TryParse(cursor.ToString(), out var read));

        Assert.Equal((since, "a,b"), (read.Since, string.Join(',', read.Hosts)));
        Assert.Equal((true, false), (read.Names("a"), read.Names("c")));
        Assert.Null(EventCursor.Beginning.With("a", default).Since);
    }

    [Theory]
    [InlineData("@")]
    [InlineData("@x")]
    [InlineData("@-1")]
    [InlineData("@999999999999999999")]
    [InlineData("1:2 h\n@1")]
    public void What_is_no_time_is_not_read(string text) => Assert.False(EventCursor.TryParse(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)), out _));

    [Fact]
    public void No_text_makes_it_fail() => Gen.String.Sample(text => EventCursor.TryParse(text, out _) is var _);

    [Theory]
    [InlineData(null)]
    [InlineData("not base64!")]
    [InlineData("MTIz")]
    [InlineData("MTo=")]
    [InlineData("MToyIA")]
    [InlineData("LTE6MiBo")]
    public void What_is_no_cursor_is_not_read(string? text) => Assert.False(EventCursor.TryParse(text, out _));

    [Fact]
    public void The_longest_that_is_read_has_a_limit() => Assert.False(EventCursor.TryParse(new string('A', EventCursor.MaxLength + 1), out _));

    [Fact]
    public void A_log_that_it_does_not_name_is_at_its_beginning()
    {
        Assert.True(EventCursor.TryParse("", out var nothing));

        Assert.Equal(EventPosition.Beginning, nothing["host"]);
    }

    [Theory]
    [InlineData("1:2", 1, 2)]
    [InlineData("0:0", 0, 0)]
    public void A_place_has_a_text(string text, long epoch, long sequence)
    {
        Assert.True(EventPosition.TryParse(text, out var position));

        Assert.Equal((new EventPosition(epoch, sequence), text), (position, position.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData(":")]
    [InlineData("1:-2")]
    [InlineData("1:2:3")]
    [InlineData("99999999999999999999:1")]
    public void What_is_no_place_is_not_read(string text) => Assert.False(EventPosition.TryParse(text, out _));
}
