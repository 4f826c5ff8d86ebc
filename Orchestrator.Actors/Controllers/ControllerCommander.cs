using Akka.Actor;
using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Controllers;

/// <summary>Carries out what a controller orders: within its quota, and not twice under one key. For all its instances; any thread.</summary>
internal sealed class ControllerCommander(ControllerEnvironment environment, ControllerGate gate)
{
    private long _sent;

    /// <summary>Commands and jobs that were given to this node's job supervisor, and freezes.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="spec">Without a key.</param>
    /// <param name="key">Of which there is never more than one job; <see langword="null"/> for one without a key.</param>
    /// <param name="cancellationToken">Ends the wait; the job goes on.</param>
    /// <returns>The job as it ended, whether it was known before, and its outcomes so far as they are kept.</returns>
    /// <exception cref="ControllerCommandException">It was not accepted.</exception>
    public async Task<(JobSnapshot Job, bool WasKnown, IReadOnlyList<Outcome> Outcomes)> RunAsync(JobSpec spec, string? key, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _sent);
        spec = spec with { IdempotencyKey = key, KeyDecides = true, Document = spec.Document.IsEmpty ? environment.WriteDocument(spec) : spec.Document };
        var accepted = await AskAsync<JobReplies.Accepted>(environment.Jobs, new JobCommands.Submit(spec), cancellationToken).ConfigureAwait(false);
        var name = spec.Name;
        if (accepted.Job.Command != name)
            throw new ControllerCommandException("idempotency-key-reused", $"when this handler ran before, it sent {accepted.Job.Command} (job {accepted.Job.Id}) in the place of this {name}, which is not sent: a handler must send the same commands in the same order");
        var outcomes = new List<Outcome>();
        for (var next = 0; ;)
        {
            var page = await AskAsync<JobReplies.Page>(environment.Jobs, new JobQueries.Read(accepted.Job.Id, next), cancellationToken).ConfigureAwait(false);
            outcomes.AddRange(page.Outcomes);
            if (page.IsLast)
                return (page.Job, accepted.IsKnown, outcomes);
            next = page.Next;
        }
    }

    /// <summary>The end of a command on one VM. What provably had no effect when the handler ran before is sent again, once for each run.</summary>
    /// <exception cref="ControllerCommandException">It was not accepted.</exception>
    public async Task<Outcome> CommandAsync(JobSpec spec, string? key, int attempt, CancellationToken cancellationToken)
    {
        for (var take = 1; ; take++)
        {
            var (job, wasKnown, outcomes) = await RunAsync(spec, take == 1 || key is null ? key : $"{key}.{take}", cancellationToken).ConfigureAwait(false);
            if (outcomes.Count == 0)
                throw new ControllerCommandException("no-outcome", $"job {job.Id} ended without an outcome: {job.Phase} {job.Message}");
            var last = await environment.Restore(outcomes[^1]).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (last.Phase == Phase.Succeeded || last.Effect != Effect.None || !wasKnown || take >= attempt)
                return last;
        }
    }

    /// <summary>Asks a VM something, without a job.</summary>
    /// <exception cref="OutcomeException">It did not answer with success.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(IActorRef vm, EncodedCommand command, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _sent);
        return await new VmActorClient(vm, environment.Time).ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a snapshot.</summary>
    public async Task<FreezeReplies.Snapshots> SnapshotAsync(SnapshotSpec spec, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _sent);
        return await AskAsync<FreezeReplies.Snapshots>(environment.Freezes, new FreezeCommands.Snapshot(spec), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Freezes or thaws a group.</summary>
    public async Task<FreezeGroupSnapshot> FreezeAsync(object command, CancellationToken cancellationToken)
    {
        // A thaw waits for nothing.
        using var place = command is FreezeCommands.Thaw ? default(ControllerGate.Place?) : await gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _sent);
        return (await AskAsync<FreezeReplies.Group>(environment.Freezes, command, cancellationToken).ConfigureAwait(false)).Snapshot;
    }

    private static async Task<T> AskAsync<T>(IActorRef actor, object message, CancellationToken cancellationToken) =>
        await actor.Ask<object>(message, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false) switch
        {
            T answer => answer,
            JobReplies.Rejected rejected => throw new ControllerCommandException(rejected.Code, rejected.Detail),
            FreezeReplies.Rejected rejected => throw new ControllerCommandException(rejected.Code, rejected.Detail),
            var other => throw new ControllerCommandException("internal-error", $"an answer that nobody knows: {other}"),
        };
}
