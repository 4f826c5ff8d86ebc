using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>Which node of a cluster a request of the API belongs to: decided by its method and path alone, before its body is read.</summary>
internal abstract record RequestHome
{
    private const string Base = "/v1/";
    private const string Release = ":release";
    private const string Drain = ":drain";

    /// <summary>Any node answers it.</summary>
    internal sealed record Here : RequestHome;

    /// <summary>The node that has a VM.</summary>
    /// <param name="Vm">UUID or name.</param>
    internal sealed record OfVm(string Vm) : RequestHome;

    /// <summary>The node that has a duty.</summary>
    internal sealed record OfDuty(string Duty) : RequestHome;

    /// <summary>A node itself.</summary>
    internal sealed record OfNode(string Name) : RequestHome;

    /// <summary>Any node that takes new jobs: this one, if it has a part of them.</summary>
    internal sealed record OfNewJob : RequestHome;

    /// <summary>Of a request.</summary>
    /// <param name="method">GET, POST, PUT or DELETE.</param>
    /// <param name="path">With the leading slash, decoded.</param>
    /// <param name="idempotencyKey">The header, if there is one.</param>
    public static RequestHome Of(string method, string path, string? idempotencyKey)
    {
        if (!path.StartsWith(Base, StringComparison.Ordinal))
            return new Here();
        var segments = path[Base.Length..].Split('/');
        return NameOf(segments[0]) switch
        {
            "vms" => OfVms(segments),
            "jobs" => OfJobs(method, segments, idempotencyKey),
            "nodes" when segments is [_, var name] && name.EndsWith(Drain, StringComparison.Ordinal) => new OfNode(name[..^Drain.Length]),
            "freezes" or "snapshots" or "controllers" or "subscriptions" => new OfDuty(ClusterDuties.Control),
            _ => new Here(),
        };
    }

    /// <summary>What a node knows of a VM it tells itself; what the VM must be asked for, its own node does. Commands to one VM are jobs.</summary>
    private static RequestHome OfVms(string[] segments) => segments switch
    {
        [_] => new Here(),
        [_, var vm] => vm.EndsWith(Release, StringComparison.Ordinal) ? new OfVm(vm[..^Release.Length]) : new Here(),
        [_, _, "agent" or "qmp", _] => new OfNewJob(),
        [_, var vm, ..] => new OfVm(vm),
        _ => new Here(),
    };

    private static RequestHome OfJobs(string method, string[] segments, string? idempotencyKey) => segments switch
    {
        ["jobs"] when method == HttpMethods.Post => idempotencyKey is null ? new OfNewJob() : new OfDuty(LocalParts.JobsOf(JobPartition.OfKey(idempotencyKey))),
        [_] => new Here(),
        [_, var id, ..] when NameOf(id) is var job && JobPartition.IsOfSome(job) => new OfDuty(job[^1] == JobPartition.OfControllers ? ClusterDuties.Control : LocalParts.JobsOf(job[^1])),
        _ => new Here(),
    };

    /// <summary>Without the verb behind the colon.</summary>
    private static string NameOf(string segment) => segment.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? segment[..colon] : segment;
}
