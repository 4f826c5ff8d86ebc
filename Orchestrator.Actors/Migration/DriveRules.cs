using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>What is decided of a migration: pure functions, the documentation's page (docs/MIGRATING.md).</summary>
internal static class DriveRules
{
    /// <summary>
    /// Keeps QEMU from switching over until the agent has been drained: the guest stands still at <c>pre-switchover</c>, and can answer nothing more.
    /// Not 0: QEMU would not look for the guest's changes any more, and stop it after the first pass.
    /// </summary>
    public const long ClosedGateMs = 1;

    /// <summary>A source as QEMU has it by default, after a migration that nobody remembers the beginning of: it does not stand still at a switchover of somebody else's.</summary>
    public static readonly IReadOnlyList<EncodedCommand> Unattended =
    [
        Capabilities(["pause-before-switchover"], false),
        Command("migrate-set-parameters", ("downtime-limit", DefaultDowntimeMs)),
    ];

    private const long DefaultDowntimeMs = 300;
    private const string DefaultUri = "unix:{directory}/migration.sock";

    /// <summary>What must be done, or why it cannot be: nothing has been changed by then.</summary>
    public static (MigrationPlan? Plan, Rejection? Rejection) PlanOf(MigrationSpec spec, MigrationFacts source, MigrationFacts destination, Placeholders places, string? uriTemplate)
    {
        if (source.Migration.IsUnderWay)
            return (null, new Rejection(Phase.Undelivered, Reasons.VmMigrating, $"{source.Name} is being migrated already ({source.Migration.Status})"));
        if (source.RunState is "inmigrate" or "postmigrate" or "shutdown" or "internal-error")
            return (null, new Rejection(Phase.Undelivered, source.RunState is "inmigrate" or "postmigrate" ? Reasons.VmMigrating : Reasons.VmNotRunning, $"{source.Name} has no guest that could be migrated (run state {source.RunState})"));
        if (destination.RunState != "inmigrate")
            return (null, new Rejection(Phase.Undelivered, Reasons.NoDestination, $"{destination.Name} does not wait for a migration (run state {destination.RunState}): start it with -incoming defer"));
        if (Lack(spec, source, destination) is { } lack)
            return (null, new Rejection(Phase.Refused, Reasons.Unsupported, lack));
        var filled = places with { Directory = destination.Directory };
        var uri = destination.Listening ?? filled.Fill(spec.Uri ?? uriTemplate ?? DefaultUri);
        if (uri is null)
            return (null, new Rejection(Phase.Refused, Reasons.InvalidArgument, $"{destination.Name} has no monitor on a Unix socket, so that {{directory}} is not known: say where it is to listen ('uri')"));
        var downtime = spec.Downtime ?? TimeSpan.FromMilliseconds(source.Parameters["downtime-limit"].GetInt64());
        return (new MigrationPlan(uri, [.. StepsOf(spec, source, destination, uri)], downtime, source.RunState is "running" or "debug" or "colo"), null);
    }

    /// <summary>Whether so little is left that QEMU would stop the guest, if it were let: all of it fits into the time that it may stand still.</summary>
    public static bool IsConverging(MigrationStatus status, TimeSpan downtime) =>
        status.Passes >= 2 && status.Bandwidth > 0 && status.Remaining <= status.Bandwidth * downtime.TotalSeconds;

    /// <summary>A QMP command with arguments of its own.</summary>
    public static EncodedCommand Command(string name, params (string Name, JsonNode? Value)[] arguments)
    {
        using var document = JsonDocument.Parse(new JsonObject(arguments.Select(argument => KeyValuePair.Create(argument.Name, argument.Value))).ToJsonString());
        return EncodedCommand.ForQmp(name, document.RootElement);
    }

    /// <summary>An answer that is no success, for people.</summary>
    public static string Words(CommandResult result) => result switch
    {
        CommandResult.Refused refused => refused.Error.Description,
        CommandResult.NoReply silence => silence.Detail,
        CommandResult.Violated violated => violated.Violation.Detail,
        _ => "it succeeded",
    };

    private static string? Lack(MigrationSpec spec, MigrationFacts source, MigrationFacts destination)
    {
        foreach (var capability in CapabilitiesOf(spec, DriveSide.Source))
        {
            if (!source.Has(capability))
                return $"{source.Name} does not have the migration capability {capability}: nothing was changed";
        }
        foreach (var capability in CapabilitiesOf(spec, DriveSide.Destination))
        {
            if (!destination.Has(capability))
                return $"{destination.Name} does not have the migration capability {capability}: nothing was changed";
        }
        foreach (var (side, facts) in ((DriveSide, MigrationFacts)[])[(DriveSide.Source, source), (DriveSide.Destination, destination)])
        {
            if (ParametersOf(spec, side).Select(parameter => parameter.Name).FirstOrDefault(name => !facts.Parameters.ContainsKey(name)) is { } missing)
                return $"{facts.Name} does not have the migration parameter {missing}: nothing was changed";
        }
        return null;
    }

    /// <summary>The source first, and last what the destination cannot take back: to listen.</summary>
    private static IEnumerable<MigrationStep> StepsOf(MigrationSpec spec, MigrationFacts source, MigrationFacts destination, string uri)
    {
        // With it, the source has heard that the destination has everything before it calls itself done, and else goes on.
        var isAnswered = source.Has("return-path") && destination.Has("return-path") && (uri.StartsWith("unix:", StringComparison.Ordinal) || uri.StartsWith("tcp:", StringComparison.Ordinal));
        foreach (var (side, facts) in ((DriveSide, MigrationFacts)[])[(DriveSide.Source, source), (DriveSide.Destination, destination)])
        {
            var on = CapabilitiesOf(spec, side).Concat(isAnswered ? ["return-path"] : []).Where(capability => !facts.Capabilities[capability]).ToArray();
            if (on.Length > 0)
                yield return new MigrationStep(side, Capabilities(on, true), Capabilities(on, false));
            var parameters = ParametersOf(spec, side).Where(parameter => facts.Parameters[parameter.Name].GetRawText() != parameter.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            if (parameters.Length > 0)
                yield return new MigrationStep(side, Parameters(parameters.Select(parameter => (parameter.Name, (JsonNode?)parameter.Value))), Parameters(parameters.Select(parameter => (parameter.Name, JsonNode.Parse(facts.Parameters[parameter.Name].GetRawText())))));
        }
        if (destination.Listening is null)
            yield return new MigrationStep(DriveSide.Destination, Command("migrate-incoming", ("uri", uri)), null);
    }

    private static IEnumerable<string> CapabilitiesOf(MigrationSpec spec, DriveSide side)
    {
        yield return "events";
        if (side == DriveSide.Source)
            yield return "pause-before-switchover";
        if (side == DriveSide.Source && spec.AutoConverge)
            yield return "auto-converge";
        if (spec.PostCopy)
            yield return "postcopy-ram";
        if (spec.Multifd is not null)
            yield return "multifd";
    }

    private static IEnumerable<(string Name, long Value)> ParametersOf(MigrationSpec spec, DriveSide side)
    {
        if (side == DriveSide.Source)
            yield return ("downtime-limit", ClosedGateMs);
        if (side == DriveSide.Source && spec.MaxBandwidth is { } bandwidth)
            yield return ("max-bandwidth", bandwidth);
        if (spec.Multifd is { } channels)
            yield return ("multifd-channels", channels);
    }

    private static EncodedCommand Capabilities(IEnumerable<string> names, bool state) =>
        Command("migrate-set-capabilities", ("capabilities", new JsonArray([.. names.Select(name => new JsonObject { ["capability"] = name, ["state"] = state })])));

    private static EncodedCommand Parameters(IEnumerable<(string Name, JsonNode? Value)> parameters) => Command("migrate-set-parameters", [.. parameters]);
}
