using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>In the place of a <see cref="JobSupervisor"/>: every key has one job, which ends at once as <see cref="End"/> says.</summary>
internal sealed class FakeJobs
{
    private readonly ConcurrentDictionary<string, (JobSnapshot Job, Outcome Outcome)> _jobs = new();
    private readonly ConcurrentDictionary<string, string> _keys = new();
    private int _count;

    /// <summary>New jobs, as <c>KEY COMMAND</c>.</summary>
    public ConcurrentQueue<string> Sent { get; } = new();

    /// <summary>New jobs.</summary>
    public ConcurrentQueue<JobSpec> Specs { get; } = new();

    public Func<JobSpec, Outcome> End { get; set; } = _ => Succeeded("{}");

    /// <summary>What nothing is accepted for.</summary>
    public JobReplies.Rejected? Rejection { get; set; }

    /// <summary>Whether outcomes are kept back.</summary>
    public bool IsHolding { get; set; }

    /// <summary>Readers that wait because of it.</summary>
    public ConcurrentQueue<(IActorRef Reader, string Job)> Held { get; } = new();

    public static Outcome Succeeded(string result) => new() { Name = "vm", Host = "host1", Phase = Phase.Succeeded, Effect = Effect.Applied, Result = System.Text.Encoding.UTF8.GetBytes(result) };

    public static Outcome Undelivered() => new() { Name = "vm", Host = "host1", Phase = Phase.Undelivered, Reason = Reasons.AgentAbsent, Effect = Effect.None };

    public Props Props() => Akka.Actor.Props.Create(() => new Stub(this));

    /// <summary>Gives the outcomes that were kept back.</summary>
    public void Release()
    {
        IsHolding = false;
        while (Held.TryDequeue(out var held))
            held.Reader.Tell(PageOf(held.Job));
    }

    private JobReplies.Page PageOf(string id) => new([_jobs[id].Outcome], 1, _jobs[id].Job);

    private object Submit(JobSpec spec)
    {
        if (Rejection is { } rejected)
            return rejected;
        if (spec.IdempotencyKey is { } key && _keys.TryGetValue(key, out var known))
            return new JobReplies.Accepted(_jobs[known].Job) { IsKnown = true };
        var id = $"job{++_count}";
        Sent.Enqueue($"{spec.IdempotencyKey} {spec.Name}");
        Specs.Enqueue(spec);
        var job = new JobSnapshot
        {
            Id = id,
            Command = spec.Name,
            Target = spec.Target.Text,
            Phase = JobPhase.Succeeded,
            Targets = 1,
            Counts = ImmutableDictionary<Phase, int>.Empty,
            Reasons = ImmutableDictionary<string, int>.Empty,
            CreatedAt = default,
            Elapsed = default,
        };
        _jobs[id] = (job, End(spec));
        if (spec.IdempotencyKey is { } added)
            _keys[added] = id;
        return new JobReplies.Accepted(job);
    }

    private sealed class Stub(FakeJobs jobs) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case JobCommands.Submit submit:
                    Sender.Tell(jobs.Submit(submit.Spec));
                    break;
                case JobQueries.Read read when jobs.IsHolding:
                    jobs.Held.Enqueue((Sender, read.JobId));
                    break;
                case JobQueries.Read read:
                    Sender.Tell(jobs.PageOf(read.JobId));
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
}
