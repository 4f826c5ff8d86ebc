using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Hosting;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Serving;

/// <summary>The running node as the API sees it: its actors, and how to ask them.</summary>
internal sealed class Node(IReadOnlyActorRegistry actors, LocalParts parts, string host, GuestNamespace guest, TimeProvider time)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IActorRef, Task> _ends = [];

    /// <summary>Name of this node's VmHost.</summary>
    public string Host { get; } = host;

    /// <summary>The guest commands and events this node knows.</summary>
    public GuestNamespace Guest { get; } = guest;

    /// <summary>Clock of every wait.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Answers <see cref="InventoryQueries"/>.</summary>
    public IActorRef Inventory => actors.Get<Inventory>();

    /// <summary>Answers <see cref="InventoryQueries"/> about this node's own VMs.</summary>
    public IActorRef OwnInventory => Parts.Get(LocalParts.OwnVms);

    /// <summary>What of the fleet's work is here.</summary>
    public LocalParts Parts { get; } = parts;

    /// <summary>Answers <see cref="FreezeCommands"/> and <see cref="FreezeQueries"/>.</summary>
    /// <exception cref="Api.RequestException">It is on another node.</exception>
    public IActorRef Freezes => Parts.Get(LocalParts.Freezes);

    /// <summary>Answers <see cref="ControllerCommands"/> and <see cref="ControllerQueries"/>.</summary>
    /// <exception cref="Api.RequestException">It is on another node.</exception>
    public IActorRef Controllers => Parts.Get(LocalParts.Controllers);

    /// <summary>Answers <see cref="EventQueries"/>.</summary>
    public IActorRef Events => actors.Get<EventLog>();

    /// <summary>Answers <see cref="SubscriptionCommands"/> and <see cref="SubscriptionQueries"/>.</summary>
    /// <exception cref="Api.RequestException">It is on another node.</exception>
    public IActorRef Subscriptions => Parts.Get(LocalParts.Subscriptions);

    /// <summary>The event logs that this node reads.</summary>
    public EventLogs EventLogs => Parts.Logs;

    /// <summary>Takes <see cref="ObservationCommands"/>.</summary>
    public IActorRef Observation => actors.Get<ObservationDesk>();

    /// <summary>Takes <see cref="EndpointCommands"/>.</summary>
    public IActorRef QmpEndpoint => actors.Get<QmpEndpointSupervisor>();

    /// <summary>Answers <see cref="MigrationQueries"/> about this node's own VMs.</summary>
    public IActorRef Migrations => actors.Get<MigrationSupervisor>();

    /// <summary>Takes <see cref="VmHostCommands"/>.</summary>
    public IActorRef VmHost => actors.Get<VmHostSupervisor>();

    /// <summary>Whether the sources of VMs have been read once.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Why the last look at the sources of VMs failed; <see langword="null"/> if it did not.</summary>
    public string? SourceTrouble { get; private set; }

    /// <summary>Called after each look at the sources of VMs.</summary>
    /// <param name="trouble">Why it failed; <see langword="null"/> if it did not.</param>
    public void Looked(string? trouble)
    {
        SourceTrouble = trouble;
        IsReady |= trouble is null;
    }

    /// <summary>Answers <see cref="JobCommands"/> and <see cref="JobQueries"/> about one job.</summary>
    /// <exception cref="Api.RequestException">It is on another node.</exception>
    public IActorRef JobsOf(string jobId) => Parts.JobsOf(jobId);

    /// <summary>Asks a question that is answered at once.</summary>
    public Task<T> AskAsync<T>(IActorRef actor, object question, CancellationToken cancellationToken) => actor.Ask<T>(question, AnswerTimeout, cancellationToken);

    /// <summary>Asks a question that is answered when there is news; the caller's token is its end.</summary>
    public Task<T> FollowAsync<T>(IActorRef actor, object question, CancellationToken cancellationToken) => actor.Ask<T>(question, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Asks one of <see cref="Parts"/> a question that is answered at once; a part that goes to another node meanwhile answers nothing.</summary>
    /// <exception cref="Api.RequestException">It has gone.</exception>
    public Task<T> AskPartAsync<T>(IActorRef part, object question, CancellationToken cancellationToken) => AskPartAsync<T>(part, question, AnswerTimeout, cancellationToken);

    /// <summary>The same, of a question that is answered when there is news; the caller's token is its end.</summary>
    /// <exception cref="Api.RequestException">It has gone.</exception>
    public Task<T> FollowPartAsync<T>(IActorRef part, object question, CancellationToken cancellationToken) => AskPartAsync<T>(part, question, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Hands a new job to a part that may go to another node meanwhile.</summary>
    /// <exception cref="Api.RequestException">It has gone: nobody knows whether it took the job.</exception>
    public async Task<object> SubmitAsync(IActorRef part, object command, CancellationToken cancellationToken)
    {
        try
        {
            return await AskPartAsync<object>(part, command, cancellationToken).ConfigureAwait(false);
        }
        catch (Api.RequestException e) when (e.Code == LocalParts.Moving)
        {
            throw new Api.RequestException(LocalParts.Moving, "the part that was to take the job went to another node of the cluster before it said whether it did: GET /v1/jobs shows the job if it was taken. With an Idempotency-Key, just ask again");
        }
    }

    private async Task<T> AskPartAsync<T>(IActorRef part, object question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = part.Ask<T>(question, timeout, over.Token);
        var gone = EndOf(part);
        if (await Task.WhenAny(answer, gone).ConfigureAwait(false) != gone || answer.IsCompleted || cancellationToken.IsCancellationRequested)
            return await answer.ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        throw new Api.RequestException(LocalParts.Moving, "the part of the cluster that was asked went to another node before it answered: what it was to change may be changed. Ask again");
    }

    /// <summary>Ends with the part: one watch for all that is asked of it, since one that is given up costs Akka two exceptions.</summary>
    private Task EndOf(IActorRef part)
    {
        if (_ends.TryGetValue(part, out var known))
            return known;
        var end = _ends.GetOrAdd(part, static part => part.WatchAsync());
        _ = end.ContinueWith(_ => _ends.TryRemove(part, out var _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return end;
    }
}
