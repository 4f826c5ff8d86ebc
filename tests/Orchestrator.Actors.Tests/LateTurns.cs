using System.Globalization;
using Akka.Configuration;
using Akka.Dispatch;

namespace Orchestrator.Actors.Tests;

/// <summary>
/// A dispatcher's <c>executor</c> whose actors begin some of their turns late, as on a busy machine: what a test takes for done by then, and nothing promises, shows. All tests of
/// actors have it while <see cref="Variable"/> is set, to the milliseconds that a turn is late at most.
/// A test that lets a day pass at once may reach its limit by it: each tick of a timer is a turn.
/// </summary>
public sealed class LateTurns(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    internal const string Variable = "ORCHESTRATOR_TEST_LATE_TURNS";

    private static readonly int Most = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? int.Parse(set, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    /// <summary>The settings that a test's actor system takes it from; one message to a turn, so that each may be late. Empty where nothing is to be late.</summary>
    internal static string Settings =>
        Most == 0
            ? ""
            : $$"""
              akka.actor.default-dispatcher.executor = "{{typeof(LateTurns).FullName}}, {{typeof(LateTurns).Assembly.GetName().Name}}"
              akka.actor.default-dispatcher.throughput = 1
              """;

    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new Executor(id);

    private sealed class Executor(string id) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => _ = RunAsync(run, Random.Shared.Next(2) == 0 ? 0 : Random.Shared.Next(Most + 1));

        public override void Shutdown()
        {
        }

        private static async Task RunAsync(IRunnable run, int late)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(late), TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            run.Run();
        }
    }
}
