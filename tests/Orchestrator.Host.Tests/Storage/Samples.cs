using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>Jobs and outcomes with something in every member.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    /// <summary>A job that runs; ids sort by <paramref name="number"/>.</summary>
    public static StoredJob Job(int number, int targets = 3, string command = "guest-ping", string? key = null) => new()
    {
        Header = new JobSnapshot
        {
            Id = $"01M82CJW409EM7RK8X67{number:D6}",
            Command = command,
            Target = "web*",
            Phase = JobPhase.Running,
            Targets = targets,
            Counts = new Dictionary<Phase, int>(),
            Reasons = new Dictionary<string, int>(),
            CreatedAt = Start.AddSeconds(number),
            Elapsed = TimeSpan.FromMilliseconds(1.5),
        },
        Document = """{"target":"web*","command":"guest-ping"}"""u8.ToArray(),
        IdempotencyKey = key,
        Targets = [.. Enumerable.Range(0, targets).Select(Target)],
    };

    /// <summary>Of one of seven VMs.</summary>
    public static FleetEvent Event(long sequence) => new()
    {
        Sequence = sequence,
        Host = "node1",
        VmName = "web" + sequence % 7,
        Name = "RTC_CHANGE",
        Data = "{}"u8.ToArray(),
        Time = Start.AddSeconds(sequence),
        Provenance = Provenance.Host,
    };

    /// <summary>Every third has no identity.</summary>
    public static StoredTarget Target(int ordinal) => new(ordinal % 3 == 2 ? null : new VmId(new Guid(ordinal, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), $"web{ordinal}-\u00fc", ordinal % 2 == 0 ? "node1" : "node2");

    /// <summary>The job as it stands after its end.</summary>
    public static JobSnapshot Ended(StoredJob job, JobPhase phase = JobPhase.Partial, double seconds = 60) => job.Header with
    {
        Phase = phase,
        Counts = new Dictionary<Phase, int> { [Phase.Succeeded] = 2, [Phase.Failed] = 1 },
        Reasons = new Dictionary<string, int> { [Reasons.ExitNonZero] = 1 },
        EndedAt = job.Header.CreatedAt.AddSeconds(seconds),
        Elapsed = TimeSpan.FromSeconds(seconds),
    };

    /// <summary>What most outcomes are.</summary>
    public static Outcome Success(int ordinal) => new()
    {
        Vm = Target(ordinal).Vm,
        Name = Target(ordinal).Name,
        Host = Target(ordinal).Host,
        Phase = Phase.Succeeded,
        Effect = Effect.Applied,
        Elapsed = TimeSpan.FromMicroseconds(1234),
        Result = "{}"u8.ToArray(),
    };

    /// <summary>A program that failed, with outputs of some size.</summary>
    public static Outcome Failure(int ordinal, int bytes = 5) => Success(ordinal) with
    {
        Phase = Phase.Failed,
        Reason = Reasons.ExitNonZero,
        Result = default,
        Error = new OutcomeError("GenericError", "it \"failed\"\n"),
        Message = "exit code 3",
        Exec = new ExecOutcome
        {
            Pid = 4711,
            ExitCode = 3,
            Stdout = Enumerable.Range(0, bytes).Select(at => (byte)(at * 31)).ToArray(),
            Stderr = new byte[] { 0xff, 0, 1 },
            StderrTruncated = true,
        },
    };
}
