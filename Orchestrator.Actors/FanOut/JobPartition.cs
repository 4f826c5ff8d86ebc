using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// Which part of a cluster's jobs a job belongs to: the last character of its id, one of 32. Each part is a duty of its own, with one node at a time.
/// </summary>
public static class JobPartition
{
    /// <summary>The jobs of controllers.</summary>
    public const char OfControllers = 'Z';

    /// <summary>Those of everybody else.</summary>
    public const string OfGateways = "0123456789ABCDEFGHJKMNPQRSTVWXY";

    /// <summary>Of a job.</summary>
    public static char Of(string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return jobId[^1];
    }

    /// <summary>Whether an id can be one of a job: anything else belongs to nobody.</summary>
    public static bool IsOfSome(string jobId) =>
        jobId is { Length: JobIds.Length } && (jobId[^1] == OfControllers || OfGateways.Contains(jobId[^1], StringComparison.Ordinal));

    /// <summary>Of all jobs with an idempotency key: the same on every node, and in every version.</summary>
    public static char OfKey(string idempotencyKey)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey));
        return OfGateways[BinaryPrimitives.ReadUInt16LittleEndian(hash) % OfGateways.Length];
    }
}
