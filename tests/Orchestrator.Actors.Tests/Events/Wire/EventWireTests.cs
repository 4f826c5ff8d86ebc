using System.Collections.Frozen;
using System.Text;
using CsCheck;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Wire;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Events.Wire;

/// <summary>The texts are those of the first release that has them: nodes of later ones must read and write them.</summary>
public sealed class EventWireTests
{
    private static readonly VmId Vm = new(new Guid(1, 2, 3, new byte[8]));

    public static TheoryData<string, object, string> Messages => new()
    {
        { "event.read.v1", new EventQueries.Read(new(7, 3), 256) { Patience = TimeSpan.FromSeconds(20), MaxBytes = 49_152 }, """{"after":"7:3","max":256,"wait":true,"patienceMs":20000,"maxBytes":49152}""" },
        { "event.read.v1", new EventQueries.Read(null, 1, Wait: false), """{"max":1}""" },
        { "event.find.v1", new EventQueries.Find(null), "{}" },
        { "event.find.v1", new EventQueries.Find(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 6, TimeSpan.Zero)), """{"since":"2026-01-02T03:04:05.006+00:00"}""" },
        { "event.found.v1", new EventReplies.Found(new(7, 3)), """{"position":"7:3"}""" },
        { "event.failed.v1", new EventReplies.Failed("the disk is gone"), """{"message":"the disk is gone"}""" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_has_its_text(string manifest, object message, string text)
    {
        var format = WireFormats.ByType[message.GetType()];

        Assert.Equal((manifest, text), (format.Manifest, Encoding.UTF8.GetString(format.Write(message))));
        Assert.Equal(message, format.Read(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void A_page_has_its_text_with_the_data_as_they_are()
    {
        var page = new EventReplies.Page([Full, new FleetEvent { Host = "a", VmName = "", Name = "X", Time = DateTimeOffset.UnixEpoch, Provenance = Provenance.Host, Epoch = 1, Sequence = 2 }], new(7, 3), new EventGap(1, 2, EventGapCause.Cut), true);
        const string Text =
            """
            {"events":[{"epoch":7,"sequence":3,"host":"a","vm":"00000001-0002-0003-0000-000000000000","vmName":"web","name":"GUEST_X","controller":"c","time":"2026-01-02T03:04:05+00:00","guest":true,"incarnation":2,"session":9,"seen":{"id":"00000001-0002-0003-0000-000000000000","name":"web","host":"a","state":"Running","agent":"Ready","incarnation":2,"labels":{"tier":"front"},"facts":{"os.id":"debian"}},"data":{ "n" : [1.50, null] }},{"epoch":1,"sequence":2,"host":"a","vmName":"","name":"X","time":"1970-01-01T00:00:00+00:00"}],"next":"7:3","gap":{"from":1,"to":2,"cause":"Cut"},"isCaughtUp":true}
            """;

        Assert.Equal(Text, Encoding.UTF8.GetString(Format<EventReplies.Page>().Write(page)));
        var read = RoundTrip(page);
        Assert.Equal((page.Next, page.Gap, true), (read.Next, read.Gap, read.IsCaughtUp));
        AssertSame(Full, read.Events[0]);
        AssertSame(page.Events[1], read.Events[1]);
    }

    [Fact]
    public void What_a_newer_node_adds_is_skipped()
    {
        Assert.Equal(new EventReplies.Found(new(7, 3)), Format<EventReplies.Found>().Read("""{"position":"7:3","new":{"x":[1]}}"""u8.ToArray()));
        Assert.Empty(((EventReplies.Page)Format<EventReplies.Page>().Read("""{"next":"7:3"}"""u8.ToArray())).Events);
    }

    [Fact]
    public void A_filter_goes_along_as_texts()
    {
        var read = RoundTrip(new EventQueries.Read(null, 1, Filter: Filter("web*", "type LIKE '%STOP'")));

        Assert.Equal(["STOP"], read.Filter!.Types);
        Assert.Equal(("web*", "type LIKE '%STOP'"), (read.Filter.Vms!.Text, read.Filter.Expression!.ToString()));
        Assert.Null(RoundTrip(new EventQueries.Read(null, 1, Filter: EventFilter.Everything)).Filter);
        Assert.Null(RoundTrip(new EventQueries.Read(null, 1, Filter: Filter(new string('w', EventWire.MaxFilter), "TRUE"))).Filter);
    }

    [Theory]
    [InlineData("""{"max":1,"filter":{"vms":"]["}}""")]
    [InlineData("""{"max":1,"filter":{"expression":"of a later version"}}""")]
    public void A_filter_that_cannot_be_read_lets_everything_pass(string text) =>
        Assert.Null(((EventQueries.Read)Format<EventQueries.Read>().Read(Encoding.UTF8.GetBytes(text))).Filter);

    [Fact]
    public void An_event_is_never_larger_than_it_was_measured() =>
        Gen.Select(Gen.String[0, 60], Gen.String[0, 60], Gen.Dictionary(Gen.String[0, 30], Gen.String[0, 30])[0, 5], Gen.Long, Gen.Byte.Array[0, 300]).Sample((name, vm, texts, number, noise) =>
        {
            var happened = Full with
            {
                Name = name,
                VmName = vm,
                Sequence = number,
                Session = number,
                Time = DateTimeOffset.MaxValue,
                Data = Encoding.ASCII.GetBytes($"\"{Convert.ToHexString(noise)}\""),
                Seen = Full.Seen! with { Name = vm, Labels = texts.ToFrozenDictionary(), Facts = texts.ToFrozenDictionary() },
            };
            var empty = Format<EventReplies.Page>().Write(new EventReplies.Page([], default, null, false)).Length;

            Assert.InRange(Format<EventReplies.Page>().Write(new EventReplies.Page([happened], default, null, false)).Length - empty, 0, EventSize.Of(happened));
        });

    private static FleetEvent Full => new()
    {
        Epoch = 7,
        Sequence = 3,
        Host = "a",
        Vm = Vm,
        VmName = "web",
        Name = "GUEST_X",
        Controller = "c",
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Provenance = Provenance.Guest,
        Incarnation = 2,
        Session = 9,
        Data = """{ "n" : [1.50, null] }"""u8.ToArray(),
        Seen = new VmSnapshot { Id = Vm, Name = "web", Host = "a", State = VmState.Running, Agent = AgentState.Ready, Incarnation = 2, Labels = Texts("tier", "front"), Facts = Texts("os.id", "debian") },
    };

    private static FrozenDictionary<string, string> Texts(string key, string value) => new Dictionary<string, string> { [key] = value }.ToFrozenDictionary();

    private static EventFilter Filter(string vms, string expression)
    {
        Assert.True(TargetSelector.TryParse(vms, out var selector, out _));
        Assert.True(EventExpression.TryParse(expression, out var condition, out _));
        return new EventFilter { Types = ["STOP"], Vms = selector, Expression = condition };
    }

    private static WireFormat Format<T>() => WireFormats.ByType[typeof(T)];

    private static T RoundTrip<T>(T message) => (T)Format<T>().Read(Format<T>().Write(message!));

    private static void AssertSame(FleetEvent expected, FleetEvent actual)
    {
        Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
        Assert.Equal(expected.Seen?.Labels.ToDictionary(), actual.Seen?.Labels.ToDictionary());
        Assert.Equal(expected.Seen?.Facts.ToDictionary(), actual.Seen?.Facts.ToDictionary());
        Assert.Equal(
            expected with { Data = default, Seen = expected.Seen is { } seen ? seen with { Labels = actual.Seen!.Labels, Facts = actual.Seen.Facts } : null },
            actual with { Data = default });
    }
}
