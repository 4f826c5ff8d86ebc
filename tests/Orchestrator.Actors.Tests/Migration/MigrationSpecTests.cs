using Orchestrator.Actors.Migration;
using Orchestrator.Protocol.Commands;
using static Orchestrator.Actors.Tests.Migration.MigrationSamples;

namespace Orchestrator.Actors.Tests.Migration;

public sealed class MigrationSpecTests
{
    [Fact]
    public void Spec_is_read_as_it_was_encoded()
    {
        var full = new MigrationSpec
        {
            To = "h2",
            Uri = "tcp:h2:1",
            MaxBandwidth = 1,
            Downtime = TimeSpan.FromMilliseconds(7),
            AutoConverge = true,
            PostCopy = true,
            Multifd = 4,
            Drain = TimeSpan.FromSeconds(1),
            AllowCut = true,
            KeepSource = true,
        };

        Assert.Equal(full, MigrationSpec.Read(full.Encode()));
        Assert.Equal(Spec, MigrationSpec.Read(Spec.Encode()));
        Assert.Equal(MigrationSpec.CommandName, Spec.Encode().Name);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"to":3}""")]
    [InlineData("""{"to":null,"drainMs":1}""")]
    [InlineData("""{"to":"x","drainMs":"soon","autoConverge":true,"postCopy":true,"keepSource":true}""")]
    public void What_another_version_may_send_is_told_and_not_guessed(string arguments) =>
        Assert.Throws<FormatException>(() => MigrationSpec.Read(EncodedCommand.ForQmp("migrate", System.Text.Encoding.UTF8.GetBytes(arguments), outOfBand: false)));

    [Fact]
    public void Status_has_what_QEMU_says_and_its_end_only_when_it_is_told()
    {
        var active = MigrationStatus.Read(Json(Progress("active", 250_000, 2, 16, ""","total-time":70,"downtime":0""")))!;
        Assert.Equal(("active", 75.0, 2_000_000.0, 2), (active.Status, active.Percent, active.Bandwidth, active.Passes));
        Assert.Null(active.Downtime);
        Assert.Null(active.At("completed").Elapsed);

        Assert.Null(MigrationStatus.Read(Json(Progress("completed", 0, 2, 16, ""","total-time":0,"downtime":0""")))!.Downtime);
        Assert.Equal(TimeSpan.Zero, MigrationStatus.Read(Json(Progress("completed", 0, 2, 16, ""","total-time":9,"downtime":0""")))!.Downtime);
    }

    [Theory]
    [InlineData("{}", "none", false)]
    [InlineData("""{"status":"setup"}""", "setup", true)]
    [InlineData("""{"status":"failed"}""", "failed", false)]
    [InlineData("""{"status":"postcopy-paused"}""", "postcopy-paused", true)]
    public void Status_is_under_way_until_it_has_ended(string json, string status, bool isUnderWay)
    {
        var read = MigrationStatus.Read(Json(json))!;
        Assert.Equal((status, isUnderWay, 0.0), (read.Status, read.IsUnderWay, read.Percent));
    }

    [Fact]
    public void Numbers_that_QEMU_forgets_at_a_failure_are_kept()
    {
        var before = MigrationStatus.Read(Json(Progress("active", 250_000)))!;
        Assert.Equal(("failed", 1_000_000, 5000), (before.Then(new MigrationStatus("failed")) is var then ? (then.Status, then.Total, then.Transferred) : default));
        Assert.Null(MigrationStatus.Read(Silence));
        Assert.Null(MigrationStatus.Read(Json("[]")));
    }

    [Theory]
    [InlineData("""{"event":"MIGRATION","data":{"status":"active"},"timestamp":{"seconds":1,"microseconds":2}}""", "MIGRATION", "active")]
    [InlineData("""{"event":"STOP"}""", "STOP", null)]
    [InlineData("""{"event":"MIGRATION","data":{"status":7}}""", "MIGRATION", null)]
    public void Event_is_read(string json, string name, string? status) => Assert.Equal((name, status), MigrationStatus.ReadEvent(System.Text.Encoding.UTF8.GetBytes(json)));
}
