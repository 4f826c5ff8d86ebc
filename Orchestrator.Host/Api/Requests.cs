using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Api;

/// <summary>Body of <c>POST /v1/jobs</c>: exactly one of <see cref="Command"/>, <see cref="Run"/> and <see cref="Migrate"/>.</summary>
public sealed record JobRequest
{
    /// <summary>Selector.</summary>
    public string? Target { get; init; }

    /// <summary>Any <c>guest-*</c> or QMP command.</summary>
    public string? Command { get; init; }

    /// <summary>The command's arguments, an object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Arguments { get; init; }

    /// <summary>A program to run.</summary>
    public RunRequest? Run { get; init; }

    /// <summary>A migration of the VMs.</summary>
    public MigrateRequest? Migrate { get; init; }

    /// <summary>From an invocation's dispatch to its outcome, in milliseconds; 30,000 by default, of a migration 3,600,000; at most 24 h.</summary>
    public double? TimeoutMs { get; init; }

    /// <summary>Accept a selector that matches nothing.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>Invocations at a time: a number, or a share of the targets such as <c>10%</c>.</summary>
    public string? MaxConcurrency { get; init; }

    /// <summary>The same per VmHost.</summary>
    public int? PerHost { get; init; }

    /// <summary>Invocations begun per second.</summary>
    public double? Rate { get; init; }

    /// <summary>Sizes of the first waves, numbers or shares; all the rest follows them.</summary>
    public IReadOnlyList<string>? Canary { get; init; }

    /// <summary>Pause after each of those waves, in milliseconds.</summary>
    public double? CanaryWaitMs { get; init; }

    /// <summary>Failed, timed out and unknown outcomes that are borne, a number or a share of the targets; one more halts the job.</summary>
    public string? MaxErrors { get; init; }

    /// <summary>The same for undelivered ones.</summary>
    public string? MaxUndelivered { get; init; }

    /// <summary>How long an invocation may wait for a VM that cannot take it now, in milliseconds.</summary>
    public double? DeliveryTimeoutMs { get; init; }

    /// <summary>From acceptance to the last outcome, in milliseconds, at most 30 days: what has not begun by then does not begin.</summary>
    public double? DeadlineMs { get; init; }

    /// <summary>Most attempts per target, 1 to 10.</summary>
    public int? Attempts { get; init; }

    /// <summary>What is done with VMs that cannot take the command now.</summary>
    public ConditionsRequest? Conditions { get; init; }

    /// <summary>Why the job is, at most 1,000 characters.</summary>
    public string? Comment { get; init; }

    /// <summary>From <c>POST /v1/jobs:plan</c>: another set of targets is refused.</summary>
    public string? TargetHash { get; init; }

    /// <summary>The planned targets as <c>host/name</c>, to tell which came and which left.</summary>
    public IReadOnlyList<string>? TargetNames { get; init; }
}

/// <summary>A choice per condition; what is left out is decided by the table of docs/OUTCOMES.md.</summary>
public sealed record ConditionsRequest
{
    /// <summary>The guest's processors are stopped.</summary>
    public string? Paused { get; init; }

    /// <summary>The VM is at a migration's switchover.</summary>
    public string? Migrating { get; init; }

    /// <summary>The guest's filesystems are frozen.</summary>
    public string? Frozen { get; init; }

    /// <summary>No agent has opened the channel.</summary>
    public string? Absent { get; init; }

    /// <summary>The agent, or QEMU, does not answer.</summary>
    public string? Unresponsive { get; init; }
}

/// <summary>Body of <c>POST /v1/jobs/{id}:retry</c>.</summary>
public sealed record RetryRequest
{
    /// <summary>Outcomes to try again: undelivered, failed, unknown, refused, timedOut; by default those that may be repeated without harm.</summary>
    public IReadOnlyList<string>? Only { get; init; }
}

/// <summary>Answer of <c>POST /v1/jobs:plan</c>: what the job would do.</summary>
/// <param name="TargetHash">To be given with the job, so that other targets are refused.</param>
/// <param name="Command">The command; <c>run</c> for a program.</param>
/// <param name="Class">What it does to a guest.</param>
/// <param name="Targets">Number of VMs.</param>
/// <param name="Waves">Number of VMs of each wave.</param>
/// <param name="Items">The VMs, in the order they begin.</param>
public sealed record PlanView(string TargetHash, string Command, string Class, int Targets, IReadOnlyList<int> Waves, IReadOnlyList<PlannedView> Items);

/// <summary>A VM of a plan.</summary>
/// <param name="Vm">UUID; left out if QMP never told it.</param>
/// <param name="Name">Name of the VM.</param>
/// <param name="Host">VmHost of the VM.</param>
/// <param name="Wave">Its wave, from 1.</param>
/// <param name="Phase">Where it would stand now: <c>Blocked</c>, or the phase it would end in; left out if the command would be sent.</param>
/// <param name="Reason">Why.</param>
public sealed record PlannedView(string? Vm, string Name, string Host, int Wave, string? Phase, string? Reason);

/// <summary>A target of a job without an outcome.</summary>
/// <param name="Vm">UUID; left out if QMP never told it.</param>
/// <param name="Name">Name of the VM.</param>
/// <param name="Host">VmHost of the VM.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Reason">Why there: what blocks it, or how its last attempt ended.</param>
/// <param name="Attempt">Attempts that were begun.</param>
public sealed record PendingView(string? Vm, string Name, string Host, PendingPhase Phase, string? Reason, int Attempt);

/// <summary>Targets of a job: <see cref="OutcomeView"/> or <see cref="PendingView"/>.</summary>
/// <param name="Items">In the order of the target list.</param>
/// <param name="Next">To be given as <c>cursor</c>; left out at the end.</param>
public sealed record InvocationsView(IReadOnlyList<JsonElement> Items, string? Next);

/// <summary>A program to run in the guests.</summary>
public sealed record RunRequest
{
    /// <summary>Program and arguments.</summary>
    public IReadOnlyList<string>? Argv { get; init; }

    /// <summary>Environment, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Standard input, base64.</summary>
    public string? Input { get; init; }

    /// <summary>All output up to 64 MiB, by way of files in the guest; needs <c>/bin/sh</c> there.</summary>
    public bool FullOutput { get; init; }
}

/// <summary>A list of things.</summary>
/// <typeparam name="T">What they are.</typeparam>
public sealed record ItemsView<T>(IReadOnlyList<T> Items);

/// <summary>A line of a job's stream: one of the two.</summary>
public sealed record JobStreamItem
{
    /// <summary>First and last line.</summary>
    public JobView? Job { get; init; }

    /// <summary>Every other line.</summary>
    public OutcomeView? Outcome { get; init; }
}

/// <summary>A line of the VMs' stream: one of the two.</summary>
public sealed record VmStreamItem
{
    /// <summary>A VM that is new or different.</summary>
    public VmView? Vm { get; init; }

    /// <summary>A VM that left.</summary>
    public GoneView? Gone { get; init; }
}

/// <summary>A VM that left.</summary>
public sealed record GoneView(string Name, string Host);

/// <summary>Answer of <c>GET /v1/version</c>.</summary>
public sealed record VersionView(string Version, string Host);
