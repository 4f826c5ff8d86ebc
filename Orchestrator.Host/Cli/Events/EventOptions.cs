using System.CommandLine;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Events;

/// <summary>Which events a command shows, and from where on.</summary>
internal sealed class EventOptions
{
    private readonly Option<string[]> _type = new("--type")
    {
        Description = "Only events whose type or name matches, such as 'io.orchestrator.guest.*' or STOP; given more than once, any of them",
        HelpName = "GLOB",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _filter = new("--filter") { Description = "Only events of which this holds, such as \"data.reason = 'io-error' AND subject LIKE 'db%'\"", HelpName = "EXPRESSION" };
    private readonly Option<string?> _since = new("--since") { Description = "Begin with what was logged since a time (2026-01-01T00:00:00Z) or so long ago (90s, 10m, 2h, 7d)", HelpName = "TIME" };
    private readonly Option<string?> _cursor = new("--cursor") { Description = "Begin behind the event that came with this cursor", HelpName = "CURSOR" };
    private readonly Option<bool> _beginning = new("--from-beginning") { Description = "Begin with the oldest event that is kept", Arity = ArgumentArity.Zero };
    private readonly TargetOptions _targets = new();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command, CommandHost host)
    {
        foreach (var option in (Option[])[_type, _filter, _since, _cursor, _beginning])
            command.Add(option);
        _targets.AddTo(command, host);
    }

    /// <summary>What they say.</summary>
    /// <exception cref="CliException">They contradict each other.</exception>
    public async Task<EventSource> ReadAsync(CliContext context, CancellationToken cancellation)
    {
        var parsed = context.Parsed;
        var types = parsed.GetValue(_type) ?? [];
        var selector = await _targets.OptionalAsync(context, cancellation);
        List<(string, string?)> what = [.. types.Select(type => ("type", (string?)type)), ("target", selector), ("filter", parsed.GetValue(_filter))];
        List<(string, string?)> start = [("cursor", parsed.GetValue(_cursor)), ("since", parsed.GetValue(_since)), ("from", parsed.GetValue(_beginning) ? "beginning" : null)];
        start.RemoveAll(item => item.Item2 is null);
        return start.Count <= 1 ? new EventSource(what, start) : throw CliException.Usage("events begin at one place: give one of --cursor, --since and --from-beginning");
    }
}

/// <summary>Parameters of <c>GET /v1/events</c>.</summary>
/// <param name="What">Which events.</param>
/// <param name="Start">From where on; empty: what comes from now on.</param>
internal sealed record EventSource(IReadOnlyList<(string Name, string? Value)> What, IReadOnlyList<(string Name, string? Value)> Start)
{
    /// <summary>The path with its query.</summary>
    public string Path(params IEnumerable<(string Name, string? Value)> more) => Commands.Query.Path("v1/events", [.. What, .. Start, .. more]);

    /// <summary>The same behind a cursor.</summary>
    public EventSource Behind(string cursor) => this with { Start = [("cursor", cursor)] };
}
