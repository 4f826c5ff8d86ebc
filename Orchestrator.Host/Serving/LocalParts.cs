using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Serving;

/// <summary>
/// The parts of the fleet's work that this node has: all of them when it is alone; in a cluster those of its duties, which come and go.
/// Any thread.
/// </summary>
internal sealed class LocalParts
{
    /// <summary>Answers freezes' commands and queries.</summary>
    public const string Freezes = "freezes";

    /// <summary>Answers controllers' commands and queries.</summary>
    public const string Controllers = "controllers";

    /// <summary>Answers subscriptions' commands and queries.</summary>
    public const string Subscriptions = "subscriptions";

    /// <summary>The inventory of this node's own VMs: the whole one, if it is alone.</summary>
    public const string OwnVms = "own-vms";

    /// <summary>Thaws this node's own VMs.</summary>
    public const string OwnFreezes = "own-freezes";

    /// <summary>Code of what is told while a part is on its way.</summary>
    public const string Moving = "moving";

    /// <summary>Takes jobs that go through this process alone: transfers of files from and to this node's own VMs. In a cluster only.</summary>
    public const string OwnJobs = "own-jobs";

    /// <summary>Answers <see cref="JobCommands"/> of a node that is alone.</summary>
    public const string AllJobs = "jobs";

    private readonly ConcurrentDictionary<string, IActorRef> _parts = new(StringComparer.Ordinal);

    /// <summary>The event logs that this node reads: its own, and in a cluster those of the others.</summary>
    public required EventLogs Logs { get; init; }

    /// <summary>Name of the part that has the jobs of a partition.</summary>
    public static string JobsOf(char partition) => $"jobs-{partition}";

    /// <summary>Whether new jobs are taken here.</summary>
    public bool HasJobs => _parts.ContainsKey(AllJobs) || JobPartition.OfGateways.Any(partition => _parts.ContainsKey(JobsOf(partition)));

    /// <summary>The part is here from now on.</summary>
    public void Add(string name, IActorRef part) => _parts[name] = part;

    /// <summary>It is not here any more, unless another has taken its place meanwhile.</summary>
    public void Remove(string name, IActorRef part) => _parts.TryRemove(KeyValuePair.Create(name, part));

    /// <summary>Whether it is here.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out IActorRef part) => _parts.TryGetValue(name, out part);

    /// <summary>A part by name.</summary>
    /// <exception cref="RequestException">It is on another node, or on its way there.</exception>
    public IActorRef Get(string name) => _parts.TryGetValue(name, out var part) ? part : throw Elsewhere(name);

    /// <summary>The part that has a job.</summary>
    /// <exception cref="RequestException">It is on another node, or on its way there.</exception>
    public IActorRef JobsOf(string jobId)
    {
        if (_parts.TryGetValue(AllJobs, out var all))
            return all;
        return JobPartition.IsOfSome(jobId) ? Get(JobsOf(jobId[^1])) : throw new RequestException("job-not-found", $"there is no job '{jobId}': GET /v1/jobs lists them");
    }

    /// <summary>A part that takes new jobs.</summary>
    /// <param name="idempotencyKey">Says which one it must be.</param>
    /// <exception cref="RequestException">It is on another node, or on its way there.</exception>
    public IActorRef NewJobs(string? idempotencyKey)
    {
        if (_parts.TryGetValue(AllJobs, out var all))
            return all;
        if (idempotencyKey is not null)
            return Get(JobsOf(JobPartition.OfKey(idempotencyKey)));
        foreach (var partition in JobPartition.OfGateways)
        {
            if (_parts.TryGetValue(JobsOf(partition), out var jobs))
                return jobs;
        }
        throw Elsewhere(AllJobs);
    }

    /// <summary>A part that takes transfers of files, whose bytes pass through this process: one that lists and keeps them, if there is one here.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public IActorRef NewTransfers() => HasJobs ? NewJobs(null) : Get(OwnJobs);

    private static RequestException Elsewhere(string name) =>
        new(Moving, $"'{name}' is moving to another node of the cluster: ask again in a few seconds ('orchestrator node ls' shows the nodes)");
}
