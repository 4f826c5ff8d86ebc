using System.CommandLine;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>How a verb waits for its job and shows it.</summary>
internal sealed class JobOptions(string defaultFormat)
{
    public ResultOptions Results { get; } = new(defaultFormat);

    /// <summary>Until when the client waits; the job is not bound by it.</summary>
    public Option<TimeSpan?> Wait { get; } = Durations.Option("--wait", "Leave the job after this time (exit code 9); it continues");

    public Option<bool> MaxExitCode { get; } = new("--maxrc", "-S") { Arity = ArgumentArity.Zero, Description = "Exit with the highest exit code of the programs" };
}
