using Akka.Actor;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class TelemetryActorTests : ActorTest
{
    [Fact]
    public async Task Dead_letters_and_failures_are_counted()
    {
        var telemetry = Sys.ActorOf(TelemetryActor.PropsFor());
        await SettleAsync(telemetry);
        var (letters, failures) = (ActorMetrics.DeadLetters.Value, ActorMetrics.Failures.Value);
        var clumsy = Sys.ActorOf(Props.Create(() => new Clumsy()));

        clumsy.Tell("fail");
        await SettleAsync(clumsy);
        Watch(clumsy);
        Sys.Stop(clumsy);
        await ExpectTerminatedAsync(clumsy);
        clumsy.Tell("too late");
        clumsy.Tell("too late");

        await TestKit.Eventually.TrueAsync(() => (ActorMetrics.DeadLetters.Value - letters, ActorMetrics.Failures.Value - failures) == (2, 1), Limit, "both are counted");
    }

    private sealed class Clumsy : UntypedActor
    {
        protected override void OnReceive(object message) => throw new InvalidOperationException("as told");
    }
}
