using Orchestrator.Host.Cli.Jobs;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Phases as <c>--show</c> and <c>--outdir</c> sort them: as the exit codes do, with what was cancelled among the undelivered.</summary>
internal static class OutcomeKind
{
    public const string Ok = "ok";
    public const string Failed = "failed";
    public const string Unknown = "unknown";
    public const string Undelivered = "undelivered";

    public static readonly IReadOnlyList<string> All = [Ok, Failed, Unknown, Undelivered];

    // A phase that this client does not know yet is nothing to call a success.
    public static string Of(string phase) => phase switch
    {
        Phases.Succeeded or Phases.Skipped => Ok,
        Phases.Failed or Phases.Refused or Phases.TimedOut => Failed,
        Phases.Undelivered or Phases.Cancelled => Undelivered,
        _ => Unknown,
    };
}
