using System.Text.Json;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

/// <summary>What the views do with values that a fleet of fakes does not have.</summary>
public sealed class ViewTests
{
    [Fact]
    public void Output_survives_its_form_whatever_the_bytes() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        var view = OutputView.Of(bytes, truncated: false);
        Assert.Equal(bytes.Length, view.Bytes);
        Assert.True(view.Text is null != view.Base64 is null);
        Assert.Equal(bytes, view.Text is { } text ? System.Text.Encoding.UTF8.GetBytes(text) : Convert.FromBase64String(view.Base64!));
    });

    [Fact]
    public void Gap_says_what_is_missing_and_what_to_do()
    {
        var resyncFrom = EventCursor.Beginning.With("node1", new EventPosition(5, 9));
        var gap = JsonSerializer.Serialize(EventView.OfGap("node1", new EventGap(3, 9, EventGapCause.Expired), resyncFrom), ApiJson.Default.EventView);
        Assert.Equal(
            $$"""{"specversion":"1.0","id":"gap:5:9:3","source":"/hosts/node1","type":"io.orchestrator.stream.gap","cursor":"{{resyncFrom}}","data":{"from":3,"to":9,"cause":"expired","""
            + "\"reason\":\"these events are older than the log keeps them: read the state of the VMs anew (GET /v1/vms, or initial=true)\",\"resyncFrom\":\"" + resyncFrom + "\"}}",
            gap);
    }

    [Theory]
    [InlineData(EventGapCause.Cut, "cut", "without closing its log")]
    [InlineData(EventGapCause.Foreign, "foreign", "another log")]
    [InlineData(EventGapCause.Dropped, "dropped", "could not be written")]
    public void Gap_of_which_nobody_knows_the_size_has_no_sequences(EventGapCause cause, string expected, string reason)
    {
        var view = GapView.Of(new EventGap(7, 6, cause), EventCursor.Beginning);
        Assert.Equal((null, null, expected), (view.From, view.To, view.Cause));
        Assert.Contains(reason, view.Reason);
    }

    [Fact]
    public void Event_of_a_vm_without_identity_is_named_by_its_vm_host()
    {
        var view = EventView.Of(new FleetEvent { Sequence = 5, Host = "h", VmName = "v", Name = "STOP", Time = DateTimeOffset.UnixEpoch, Provenance = Provenance.Host }, EventCursor.Beginning);
        Assert.Equal(("/hosts/h/vms/v", null, null, 0), (view.Source, view.Partitionkey, view.Sessionepoch, view.Incarnation));
        Assert.Null(Assert.IsType<QmpEventView>(view.Data).Data);
    }

    [Fact]
    public void Timestamp_keeps_microseconds() => Gen.Long[0, 4_000_000_000_000_000].Sample(microseconds =>
    {
        var view = TimestampView.Of(DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds));
        Assert.Equal(microseconds, (view.Seconds * 1_000_000) + view.Microseconds);
        Assert.InRange(view.Microseconds, 0, 999_999);
    });

    [Fact]
    public void Vm_that_is_not_known_yet_leaves_out_what_is_not_known() => Assert.Equal(
        """{"name":"a","host":"h","state":"Connecting","agent":"None","incarnation":0,"message":"no answer yet","since":"0001-01-01T00:00:00+00:00","labels":{},"facts":{}}""",
        JsonSerializer.Serialize(VmView.Of(new VmSnapshot { Name = "a", Host = "h", Message = "no answer yet" }, null), ApiJson.Default.VmView));

    [Theory]
    [InlineData("""{"a":[1,2.50,"x"]}""")]
    [InlineData("-1e400")]
    [InlineData("\"\\ud83d\\ude00\"")]
    public void Result_is_carried_through_as_it_is(string json)
    {
        var view = new QmpEventView("X", new TimestampView(1, 2), RawJson.OrNull(System.Text.Encoding.UTF8.GetBytes(json)));
        Assert.Equal($$"""{"event":"X","timestamp":{"seconds":1,"microseconds":2},"data":{{json}}}""", JsonSerializer.Serialize(view, ApiJson.Default.QmpEventView));
    }

    [Theory]
    [InlineData("wait=10", 10.0)]
    [InlineData("wait=0.5", 0.5)]
    [InlineData("respond-async; wait=3", 3.0)]
    [InlineData("respond-async, wait = 3", 3.0)]
    [InlineData("wait=86400", 86_400.0)]
    [InlineData("wait=86401", null)]
    [InlineData("wait=", null)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=1e3", null)]
    [InlineData("waiting=1", null)]
    [InlineData("", null)]
    public void Preferred_wait_is_read(string header, double? seconds)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["Prefer"] = header;
        Assert.Equal(seconds, Preference.Wait(context)?.TotalSeconds);
    }
}
