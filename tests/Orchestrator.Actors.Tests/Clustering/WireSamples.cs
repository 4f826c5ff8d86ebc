using System.Collections.Frozen;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Agent.Exec;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>One message of each kind that crosses nodes, with a value in every member.</summary>
internal static class WireSamples
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly VmId Id = new(Guid.Parse("6f1d8a52-93f4-4c0b-8a1e-0123456789ab"));

    public static IReadOnlyList<IWireMessage> All { get; } =
    [
        new NodeMessages.Hello(),
        new NodeMessages.Introduction(new NodeInfo("a", 17, "akka.ssl.tcp://orchestrator@10.0.0.1:4053", "https://10.0.0.1:4054", "0.1.0", Time, ["vmhost", "gateway"])),
        new NodeMessages.Forget("a", 17),
        new NodeMessages.VmHosts(
            [new VmHostInfo("rack7", "a", 17, "akka.ssl.tcp://orchestrator@10.0.0.1:4053", "/system/sharding/duties/vmhost-rack7/vmhost-rack7/vm-host", 5)],
            [new VmHostInfo("rack8", "a", 17, "akka.ssl.tcp://orchestrator@10.0.0.1:4053", "/system/sharding/duties/vmhost-rack8/vmhost-rack8/vm-host", 6)]),
        new PartMessages.ReadPart(7, 9),
        new PartMessages.Part(7, [new PartEntry("akka.tcp://orchestrator@10.0.0.1:4053/user/vm-host/web01#5", Vm)], ["akka.tcp://orchestrator@10.0.0.1:4053/user/vm-host/web02#6"], 8, true, false, 12),
        new PartMessages.ReadLost(17, "akka.tcp://orchestrator@10.0.0.3:4053/user/vm-host/web01#5"),
        new PartMessages.Lost(17, "", [new LostEntry(new PartEntry("akka.tcp://orchestrator@10.0.0.3:4053/user/vm-host/web01#5", Vm), "c", "c")], true),
        new DutyMessages.Remind("jobs-0"),
        new DutyMessages.Locate("jobs-0"),
        new DutyMessages.Home("jobs-0", "a", 3),
        new DutyMessages.StoreAway("akka.ssl.tcp://orchestrator@10.0.0.1:4053"),
        new RouterCommands.Announce("0", 7),
        new RouterCommands.Dispatch("J", new TargetList([0, 2], "0/user/vm-host/web01#u1 J2#u2 "))
        {
            Epoch = 7,
            Incarnation = 17,
            Sequence = 5,
            Attempt = 2,
            Timeout = TimeSpan.FromSeconds(30),
            Delivery = TimeSpan.FromSeconds(20),
            IsReconciliation = true,
            IsStopped = true,
            Programs = [new StartedProgram(1, new ExecEvidence(4711, "boot-1"))],
            Command = new WireCommand(CommandRoute.Run, "guest-exec", "{}"u8.ToArray(), ConditionPolicy.Default) { OutOfBand = true, OutputDirectory = "/tmp" },
            CommandBytes = 3,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
        new RouterCommands.CommandPiece("J", 1, 3, [1, 2, 255]),
        new RouterCommands.Cancel("J", 7),
        new RouterCommands.Acknowledge("J", 7, 5) { Others = [6, 8] },
        new RouterCommands.Forget("J", 7),
        new RouterEvents.Received("J", 17, 5),
        new RouterEvents.Progressed("J", [new RoutedProgress(1, 2, new InvocationProgress(PendingPhase.Running, "VmPaused", new ExecEvidence(4711, "boot-1")))]),
        new RouterEvents.Ended("J", 17, 5, [new RoutedOutcome(1, 2, End) { IsAmendment = true }]),
        new RouterEvents.Refused("J", 8),
        new RouterEvents.ReadCommand("J", 32768),
        new LeaseRouterCommands.Order("G", 7, 17, 3, [new LeaseOrder("L", "/user/vm-host/web01", LeaseWant.Thaw) { Cause = ThawCause.Lost, Extension = 2, ExtendBy = TimeSpan.FromSeconds(60) }])
        {
            Owner = "me",
            Ttl = TimeSpan.FromSeconds(30),
            Remaining = TimeSpan.FromSeconds(29.5),
            Freeze = new WireCommand(CommandRoute.Guest, "guest-fsfreeze-freeze", "{}"u8.ToArray(), ConditionPolicy.Default),
        },
        new LeaseRouterCommands.ThawVm("/user/vm-host/web01", 7, true),
        new LeaseRouterCommands.PlanSnapshot("/user/vm-host/web01", 7, "nightly", "/backup"),
        new LeaseRouterEvents.Report("G", 17, 3, 5, [Report, new LeaseReport("L2", 5, LeaseReportKind.Denied) { Reason = "VmPaused", Message = "it is paused" }]),
        new LeaseRouterEvents.Refused(8),
        new LeaseRouterEvents.VmThawed(ThawResult.Pending, "not yet"),
        new LeaseRouterEvents.SnapshotPlanned(End) { Files = [new DiskFile("virtio0", "/a.qcow2", "/b.qcow2")], Arguments = "{}"u8.ToArray(), Trouble = "none" },
        new VmCommands.SetFacts(new Dictionary<string, string?> { ["facts.swap"] = "on", ["facts.old"] = null }),
        new VmReplies.FactsSet(),
        new LendingMessages.Offer(Id.Value, "web01", Place),
        new LendingMessages.Taken("web01"),
        new LendingMessages.Returned("web01"),
        new LendingMessages.Withdrawn("web01"),
        new LendingMessages.Seek(Id.Value),
        new LendingMessages.Reclaim(Id.Value, "web01", "web02"),
        new LendingMessages.HandOver(
            "web02",
            new VmHeritage(Id, 4, 9)
            {
                AgentProcess = "boot-1 711",
                Guest = new GuestInfoSnapshot("linux", "Debian", "7.2"),
                Facts = new Dictionary<string, string> { ["os.id"] = "debian" }.ToFrozenDictionary(),
                Programs = [new LeftProgram(4711, "J", TimeSpan.FromSeconds(30))],
                Ends = [new KeptEnd(4712, "{\"exited\":true}"u8.ToArray(), IsClaimed: true)],
            },
            [Place]),
        new LendingMessages.HandedOver("web02"),
        new LendingMessages.Declined("web02"),
        new EventQueries.Read(new EventPosition(7, 3), 256) { Patience = TimeSpan.FromSeconds(20), MaxBytes = 49_152, Filter = Filter },
        new EventQueries.Find(Time),
        new EventReplies.Page([Happened], new EventPosition(7, 4), new EventGap(1, 2, EventGapCause.Cut), true),
        new EventReplies.Found(new EventPosition(7, 3)),
        new EventReplies.Failed("the disk is gone"),
        new ShareMessages.NeedsOf("a", 1_767_323_045_000, 5, [new SharedNeed(GuestAspects.Users, "l:role=web")]),
    ];

    private static LentPlace Place => new("b", "web02", "https://10.0.0.2:4054", true, "/vms/web02/qga.sock");

    private static EventFilter Filter => new()
    {
        Types = ["GUEST_*"],
        Vms = TargetSelector.TryParse("l:role=web", out var vms, out var wrong) ? vms : throw new InvalidOperationException(wrong?.ToString()),
        Expression = EventExpression.TryParse("data.id = 7", out var expression, out var error) ? expression : throw new InvalidOperationException(error?.ToString()),
    };

    private static FleetEvent Happened => new()
    {
        Epoch = 7,
        Sequence = 4,
        Host = "a",
        Vm = Id,
        VmName = "web01",
        Name = "GUEST_X",
        Controller = "c",
        Data = "{\"n\":[1.50,null]}"u8.ToArray(),
        Time = Time,
        Provenance = Provenance.Guest,
        Incarnation = 4,
        Session = 9,
        Seen = Vm,
    };

    private static VmSnapshot Vm => new()
    {
        Id = Id,
        Name = "web01",
        Host = "a",
        State = VmState.Running,
        RunState = "running",
        QemuVersion = "7.2.22",
        Agent = AgentState.Quarantined,
        Quarantine = new GuestQuarantine(Time, GuestQuarantineKind.Tokens, "too many", [new GuestEvidence(Time, "Type", "guest-info", "return.x", "a number", 12, new byte[] { 1, 2, 255 })]),
        Freeze = FreezeState.Frozen,
        Lease = new FreezeLease { Id = "L", Group = "G", Host = "a", Vm = "web01", Owner = "me", Ttl = TimeSpan.FromSeconds(30), Deadline = Time },
        Migration = new VmMigration(MigrationPhase.Completed, "web01", "b/web02") { To = "b" },
        Place = "b/web02",
        Incarnation = 4,
        Guest = new GuestInfoSnapshot("linux", "Debian", "7.2"),
        Message = "a \"message\" with ü",
        Since = Time,
        StaleSince = Time,
        Labels = new Dictionary<string, string> { ["role"] = "web" }.ToFrozenDictionary(),
        Facts = new Dictionary<string, string> { ["os.id"] = "debian" }.ToFrozenDictionary(),
    };

    private static LeaseReport Report => new("L", 4, LeaseReportKind.Stands)
    {
        Vm = Vm,
        Extension = 2,
        Extended = Time,
        Standing = new LeaseStanding(LeasePhase.ThawFailed, Time)
        {
            Filesystems = 3,
            Failures = 2,
            Cause = ThawCause.Expired,
            WasFrozen = true,
            Reason = "ReplyLost",
            Message = "lost",
            FrozenAgo = TimeSpan.FromSeconds(2),
            FrozenFor = TimeSpan.FromSeconds(1),
        },
    };

    private static Outcome End => new()
    {
        Vm = Id,
        Name = "web01",
        Host = "a",
        Phase = Phase.Failed,
        Reason = "NonZeroExit",
        Effect = Effect.Applied,
        Elapsed = TimeSpan.FromMilliseconds(12.5),
        Result = "{\"pid\":1}"u8.ToArray(),
        ResultKept = new KeptOutput("J", 99, "aa") { Node = "a" },
        Error = new OutcomeError("GenericError", "no"),
        Message = "it failed",
        Exec = new ExecOutcome { Pid = 4711, ExitCode = 3, Signal = 9, Stdout = "out"u8.ToArray(), Stderr = "err"u8.ToArray(), StdoutKept = new KeptOutput("J", 1, "bb"), StderrKept = new KeptOutput("J", 2, "cc"), StdoutTruncated = true, StderrTruncated = true },
        Attempt = 2,
        CancelRequested = true,
        AmendedAt = Time,
    };
}
