using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>Jobs of one target that succeed at once.</summary>
internal sealed class SnapshotJobs : UntypedActor
{
    private readonly List<JobSpec> _specs = [];
    private JobReplies.Rejected? _rejection;

    /// <summary>The next job is not accepted.</summary>
    public sealed record RejectNext(string Code, string Detail) : INoSerializationVerificationNeeded;

    /// <summary>Answered with what was submitted.</summary>
    public sealed class Submitted : INoSerializationVerificationNeeded
    {
        public static readonly Submitted Instance = new();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RejectNext reject:
                _rejection = new JobReplies.Rejected(reject.Code, reject.Detail);
                break;
            case JobCommands.Submit when _rejection is { } rejection:
                Sender.Tell(rejection);
                _rejection = null;
                break;
            case JobCommands.Submit submit:
                _specs.Add(submit.Spec);
                Sender.Tell(new JobReplies.Accepted(Job($"J{_specs.Count}")));
                break;
            case JobQueries.Read read:
                Sender.Tell(new JobReplies.Page([new Outcome { Name = read.JobId, Host = "x", Phase = Phase.Succeeded, Effect = Effect.Applied }], 1, Job(read.JobId)));
                break;
            case Submitted:
                Sender.Tell(new Answer([.. _specs]));
                break;
        }
    }

    /// <summary>The specs.</summary>
    public sealed record Answer(IReadOnlyList<JobSpec> Specs) : INoSerializationVerificationNeeded;

    private static JobSnapshot Job(string id) => new()
    {
        Id = id,
        Command = "transaction",
        Target = "",
        Phase = JobPhase.Succeeded,
        Targets = 1,
        Counts = FrozenDictionary<Phase, int>.Empty,
        Reasons = FrozenDictionary<string, int>.Empty,
        CreatedAt = default,
        Elapsed = default,
    };
}
