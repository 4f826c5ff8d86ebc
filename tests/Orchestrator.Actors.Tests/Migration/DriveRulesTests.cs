using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Migration;
using Orchestrator.Protocol.Commands;
using static Orchestrator.Actors.Tests.Migration.MigrationSamples;

namespace Orchestrator.Actors.Tests.Migration;

public sealed class DriveRulesTests
{
    private static readonly MigrationSpec All = Spec with { AutoConverge = true, PostCopy = true, Multifd = 8, MaxBandwidth = 5_000_000, Downtime = TimeSpan.FromMilliseconds(80) };

    [Fact]
    public void Only_what_is_different_is_set_and_undone_as_it_was_with_the_listening_last()
    {
        var plan = Plan(All);

        Assert.Equal(
            [
                ("Source", """{"capabilities":[{"capability":"events","state":true},{"capability":"pause-before-switchover","state":true},{"capability":"auto-converge","state":true},{"capability":"postcopy-ram","state":true},{"capability":"return-path","state":true}]}"""),
                ("Source", """{"downtime-limit":1,"max-bandwidth":5000000,"multifd-channels":8}"""),
                ("Destination", """{"capabilities":[{"capability":"events","state":true},{"capability":"postcopy-ram","state":true},{"capability":"return-path","state":true}]}"""),
                ("Destination", """{"multifd-channels":8}"""),
                ("Destination", """{"uri":"unix:/run/vms/web1d/migration.sock"}"""),
            ],
            plan.Steps.Select(step => (step.Side.ToString(), Text(step.Command))));
        Assert.Equal("""{"downtime-limit":300,"max-bandwidth":134217728,"multifd-channels":2}""", Text(plan.Steps[1].Undo!));
        Assert.Equal("""{"multifd-channels":2}""", Text(plan.Steps[3].Undo!));
        Assert.Null(plan.Steps[4].Undo);
        Assert.Equal(("""{"downtime-limit":80}""", """{"uri":"unix:/run/vms/web1d/migration.sock"}"""), (Text(plan.OpenGate), Text(plan.Start)));
    }

    [Theory]
    [InlineData("postcopy-ram", "the destination does not have the migration capability postcopy-ram")]
    [InlineData("multifd", "the destination does not have the migration capability multifd")]
    [InlineData("events", "the destination does not have the migration capability events")]
    public void What_the_destination_lacks_is_refused_by_name(string capability, string message) =>
        Refuses(Source, Without("the destination", "inmigrate", capability), Reasons.Unsupported, message);

    [Theory]
    [InlineData("auto-converge")]
    [InlineData("pause-before-switchover")]
    public void What_the_source_lacks_is_refused_by_name(string capability) =>
        Refuses(Without("the source", "running", capability), Destination, Reasons.Unsupported, $"the source does not have the migration capability {capability}: nothing was changed");

    [Fact]
    public void Parameter_that_is_missing_is_refused_by_name() =>
        Refuses(Source, Facts("the destination", "inmigrate", parameters: """{"downtime-limit":300}"""), Reasons.Unsupported, "the destination does not have the migration parameter multifd-channels: nothing was changed");

    [Theory]
    [InlineData("inmigrate", "{}", Reasons.VmMigrating)]
    [InlineData("postmigrate", "{}", Reasons.VmMigrating)]
    [InlineData("shutdown", "{}", Reasons.VmNotRunning)]
    [InlineData("running", """{"status":"active"}""", Reasons.VmMigrating)]
    public void Source_without_a_guest_or_with_a_migration_is_not_touched(string runState, string migration, string reason) =>
        Refuses(Facts("the source", runState, migration: migration), Destination, reason, "the source");

    [Fact]
    public void Destination_that_runs_is_none() => Refuses(Source, Facts("the destination", "running"), Reasons.NoDestination, "-incoming defer");

    [Theory]
    [InlineData("""{"socket-address":[{"type":"unix","path":"/run/in.sock"}]}""", "unix:/run/in.sock")]
    [InlineData("""{"socket-address":[{"type":"inet","host":"10.0.0.2","port":"4444"}]}""", "tcp:10.0.0.2:4444")]
    [InlineData("""{"socket-address":[{"type":"inet","host":"::","port":"4444"}]}""", "tcp:[::]:4444")]
    public void Destination_that_listens_already_is_taken_where_it_is(string migration, string uri)
    {
        var plan = DriveRules.PlanOf(Spec with { Uri = "tcp:other:1" }, Source, Facts("the destination", "inmigrate", migration: migration), Places, null).Plan!;

        Assert.Equal(uri, plan.Uri);
        Assert.DoesNotContain(plan.Steps, step => step.Command.Name == "migrate-incoming");
    }

    [Fact]
    public void Address_has_its_placeholders_filled_and_without_a_directory_must_be_said()
    {
        var nowhere = Facts("the destination", "inmigrate", chardevs: "[]");

        Assert.Equal($"tcp:h2:4{Uuid}", DriveRules.PlanOf(Spec, Source, nowhere, Places, "tcp:{to}:4{uuid}").Plan!.Uri);
        Assert.Equal("unix:/m/web1", DriveRules.PlanOf(Spec with { Uri = "unix:/m/{name}" }, Source, nowhere, Places, "tcp:{to}:4").Plan!.Uri);
        Assert.Equal(Reasons.InvalidArgument, DriveRules.PlanOf(Spec, Source, nowhere, Places, null).Rejection!.Reason);
    }

    [Theory]
    [InlineData(1, 1000, 8e6, false)]
    [InlineData(2, 1000, 8e6, true)]
    [InlineData(2, 300_000, 1e6, true)]
    [InlineData(2, 300_001, 1e6, false)]
    [InlineData(2, 0, 0, false)]
    public void Guest_converges_when_the_rest_fits_into_the_downtime(long passes, long remaining, double bandwidth, bool converges) =>
        Assert.Equal(converges, DriveRules.IsConverging(new MigrationStatus("active") { Passes = passes, Remaining = remaining, Bandwidth = bandwidth }, TimeSpan.FromMilliseconds(300)));

    [Fact]
    public void QEMU_that_does_not_answer_is_named_with_its_question()
    {
        var (facts, trouble) = MigrationFacts.Read("the source", [Json(Capabilities), Silence, Json("{}"), Json("{}"), Json("[]")]);

        Assert.Null(facts);
        Assert.Equal("the source: query-migrate-parameters: the connection was lost", trouble);
    }

    [Fact]
    public void Name_that_looks_like_a_placeholder_stays_a_name() => Assert.Equal("{uuid}", (Places with { Name = "{uuid}" }).Fill("{name}"));

    private static void Refuses(MigrationFacts source, MigrationFacts destination, string reason, string message)
    {
        var (plan, rejection) = DriveRules.PlanOf(All, source, destination, Places, null);
        Assert.Null(plan);
        Assert.Equal(reason, rejection!.Reason);
        Assert.Contains(message, rejection.Message);
    }

    private static MigrationFacts Without(string name, string runState, string capability) =>
        Facts(name, runState, capabilities: Capabilities.Replace($"\"{capability}\"", "\"x-other\"", StringComparison.Ordinal));

    private static string Text(EncodedCommand command) => System.Text.Encoding.UTF8.GetString(command.Arguments.Span);
}
