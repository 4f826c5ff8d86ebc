using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>What of the store a duty is for, by its name: <c>jobs-X</c>, <c>control</c> or <c>vmhost-NAME</c>.</summary>
internal static class DutyScopes
{
    /// <summary>Duty of the controllers and their jobs, of the webhook subscriptions and the freeze groups.</summary>
    public const string Control = "control";

    /// <summary>What the names of the duties of remote VmHosts begin with.</summary>
    public const string VmHostPrefix = DutySharding.VmHostPrefix;

    private const string JobsPrefix = "jobs-";

    /// <summary>The partition whose jobs a duty is for.</summary>
    /// <exception cref="ArgumentException">It is for no jobs.</exception>
    public static char PartitionOf(string duty)
    {
        if (duty == Control)
            return JobPartition.OfControllers;
        if (duty.Length == JobsPrefix.Length + 1 && duty.StartsWith(JobsPrefix, StringComparison.Ordinal) && JobPartition.OfGateways.Contains(duty[^1], StringComparison.Ordinal))
            return duty[^1];
        throw new ArgumentException($"the duty '{duty}' has no jobs: jobs-0 to jobs-Y and {Control} have", nameof(duty));
    }

    /// <summary>The remote VmHost that a duty is for.</summary>
    /// <exception cref="ArgumentException">It is for none.</exception>
    public static string VmHostOf(string duty) => duty.StartsWith(VmHostPrefix, StringComparison.Ordinal) && duty.Length > VmHostPrefix.Length
        ? duty[VmHostPrefix.Length..]
        : throw new ArgumentException($"the duty '{duty}' has no VmHost: {VmHostPrefix}NAME has", nameof(duty));
}
