using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>The phases an invocation ends in, as the API spells them.</summary>
internal static class Phases
{
    public const string Succeeded = nameof(Succeeded);
    public const string Failed = nameof(Failed);
    public const string Refused = nameof(Refused);
    public const string TimedOut = nameof(TimedOut);
    public const string Undelivered = nameof(Undelivered);
    public const string Unknown = nameof(Unknown);
    public const string Cancelled = nameof(Cancelled);
    public const string Skipped = nameof(Skipped);

    /// <summary>In the order of the summary line.</summary>
    public static readonly IReadOnlyList<string> All = [Succeeded, Failed, Refused, TimedOut, Undelivered, Cancelled, Skipped, Unknown];

    /// <summary>Place in a listing: what needs a person first, success last.</summary>
    public static int Severity(string phase) => phase switch
    {
        Unknown => 0,
        Failed => 1,
        TimedOut => 2,
        Refused => 3,
        Undelivered => 4,
        Cancelled => 5,
        Skipped => 6,
        Succeeded => 8,
        _ => 7,
    };

    public static Tone Tone(string phase) => phase switch
    {
        Succeeded => Output.Tone.Good,
        Unknown or Failed or TimedOut or Refused => Output.Tone.Bad,
        _ => Output.Tone.Warning,
    };
}
