using System.Text;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Migration;

/// <summary>What QEMU 7.2 says, shortened to what is read.</summary>
internal static class MigrationSamples
{
    public static readonly Guid Uuid = Guid.Parse("11111111-2222-3333-4444-555555555555");

    public static readonly Placeholders Places = new("web1", Uuid.ToString(), "h1", "h2");

    public static readonly MigrationSpec Spec = new() { To = "h2" };

    public const string Capabilities =
        """[{"capability":"events","state":false},{"capability":"pause-before-switchover","state":false},{"capability":"auto-converge","state":false},{"capability":"postcopy-ram","state":false},{"capability":"multifd","state":true},{"capability":"return-path","state":false}]""";

    public const string Parameters = """{"downtime-limit":300,"max-bandwidth":134217728,"multifd-channels":2}""";

    public const string Chardevs = """[{"label":"serial0","filename":"file","frontend-open":true},{"label":"compat_monitor0","filename":"unix:/run/vms/web1d/qmp.sock,server=on","frontend-open":true}]""";

    public static CommandResult.Returned Json(string json) => new(Encoding.UTF8.GetBytes(json));

    public static CommandResult.Refused Error(string text) => new(new CommandError("GenericError", text));

    public static CommandResult.NoReply Silence => new(NoReplyCause.ConnectionLost, Written: true, "the connection was lost");

    /// <summary>Of a QEMU as it is started.</summary>
    public static MigrationFacts Facts(string name, string runState, string capabilities = Capabilities, string parameters = Parameters, string migration = "{}", string chardevs = Chardevs) =>
        MigrationFacts.Read(name, [Json(capabilities), Json(parameters), Json($$"""{"status":"{{runState}}"}"""), Json(migration), Json(chardevs)]).Facts!;

    public static MigrationFacts Source => Facts("the source", "running");

    public static MigrationFacts Destination => Facts("the destination", "inmigrate");

    public static MigrationPlan Plan(MigrationSpec? spec = null) => DriveRules.PlanOf(spec ?? Spec, Source, Destination, Places, null).Plan!;

    /// <summary>An answer to <c>query-migrate</c>.</summary>
    public static string Progress(string status, long remaining = 100, long passes = 1, double mbps = 8, string more = "") =>
        $$"""{"status":"{{status}}","ram":{"total":1000000,"remaining":{{remaining}},"transferred":5000,"dirty-sync-count":{{passes}},"mbps":{{mbps.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}{{more}}}""";

    public static MigrationStatus Status(string status, long remaining = 500_000, long passes = 1) => MigrationStatus.Read(Json(Progress(status, remaining, passes)))!;

    public static MigrationStatus Completed => MigrationStatus.Read(Json(Progress("completed", 0, 3, 8, ""","downtime":12,"total-time":900""")))!;

    public static VmSnapshot Vm(string name = "web1", string host = "h1", string runState = "running", FreezeState freeze = FreezeState.Thawed) =>
        new() { Name = name, Host = host, Id = new VmId(Uuid), State = VmCondition.StateOf(runState), RunState = runState, Freeze = freeze, QemuVersion = "7.2.22" };

    public static Verdict Cancelled => new(Phase.Cancelled, null, Effect.None);
}
