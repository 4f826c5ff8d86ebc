using System.Text.Json;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Host.Api;
using Orchestrator.Host.Controllers;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Controllers;

/// <summary>A job of a controller is read again as it was.</summary>
public sealed class ControllerDocumentsTests
{
    private static readonly TargetSelector Web = Parse("web* and not s:paused");

    private static TargetSelector Parse(string text) => TargetSelector.TryParse(text, out var selector, out _) ? selector : throw new ArgumentException(text);

    private static JobSpec Again(JobSpec spec) => JobRequests.Read(ControllerDocuments.Write(spec), GuestNamespace.BuiltIn);

    [Fact]
    public void Commands_come_back_with_all_their_options()
    {
        var spec = ControllerJobs.Command(Web, EncodedCommand.ForGuest("guest-set-time", JsonElement.Parse("""{"time":17}""")), TimeSpan.FromSeconds(7)) with
        {
            Attempts = 3,
            AllowEmpty = true,
            Comment = "why",
            DeliveryTimeout = TimeSpan.FromSeconds(2),
            Deadline = TimeSpan.FromHours(1),
            Conditions = new ConditionPolicy { OnPaused = ConditionChoice.Wait, OnFrozen = ConditionChoice.Skip },
            Pace = new JobPace { MaxConcurrency = new Amount(10, true), PerHost = 2, Rate = 1.5, Canary = [new Amount(1, false), new Amount(12.5, true)], CanaryWait = TimeSpan.FromSeconds(3), MaxErrors = new Amount(0, false), MaxUndelivered = new Amount(4, false) },
        };

        var again = Again(spec);

        Assert.Equal((spec.Target.Text, spec.Command.Question, spec.Timeout, spec.Attempts, spec.AllowEmpty, spec.Comment), (again.Target.Text, again.Command.Question, again.Timeout, again.Attempts, again.AllowEmpty, again.Comment));
        Assert.Equal((spec.DeliveryTimeout, spec.Deadline, spec.Conditions), (again.DeliveryTimeout, again.Deadline, again.Conditions));
        Assert.Equal(spec.Pace with { Canary = [] }, again.Pace with { Canary = [] });
        Assert.Equal(spec.Pace.Canary, again.Pace.Canary);
        Assert.Equal(ControllerDocuments.Write(spec).ToArray(), again.Document.ToArray());
    }

    [Theory]
    [InlineData("query-status", "{}")]
    [InlineData("block-stream", """{"device":"d0"}""")]
    public void Commands_of_QEMU_come_back(string name, string arguments)
    {
        var spec = ControllerJobs.Command(Web, EncodedCommand.ForQmp(name, JsonElement.Parse(arguments)));
        Assert.Equal((CommandRoute.Qmp, spec.Command.Question), (Again(spec).Route, Again(spec).Command.Question));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Programs_come_back(bool fullOutput)
    {
        var program = new ExecSpec { Argv = ["/bin/x", "a b"], Environment = ["K=v"], Input = new byte[] { 0, 255 }, FullOutput = fullOutput };

        var again = Again(ControllerJobs.Program(Web, program));

        Assert.Equal(CommandRoute.Run, again.Route);
        var read = Assert.IsType<GuestProgram>(again.Composite).Spec!;
        Assert.Equal(fullOutput, read.FullOutput);
        Assert.Equal(new byte[] { 0, 255 }, read.Input.ToArray());
        Assert.Equal(program.Argv, read.Argv);
        Assert.Equal(program.Environment, read.Environment);
    }

    [Fact]
    public void What_the_API_cannot_say_has_no_document()
    {
        Assert.True(ControllerDocuments.Write(ControllerJobs.Command(Web, EncodedCommand.ForQmp("query-status", default(JsonElement), outOfBand: true))).IsEmpty);
        Assert.True(ControllerDocuments.Write(ControllerJobs.Program(Web, new ExecSpec { Argv = ["x"] }) with { Composite = null }).IsEmpty);
    }
}
