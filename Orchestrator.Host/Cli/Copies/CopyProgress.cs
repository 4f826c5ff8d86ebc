using System.Globalization;
using Orchestrator.Host.Cli.Jobs;

namespace Orchestrator.Host.Cli.Copies;

/// <summary>Bytes of all transfers of a <c>cp</c> together. Called from any of them.</summary>
internal sealed class CopyProgress(JobProgress display, int vms)
{
    private const double Mebi = 1 << 20;
    private readonly Lock _lock = new();
    private long _bytes;
    private long _expected;
    private int _ended;

    /// <summary>One more file, of so many bytes if that is known.</summary>
    public void Begin(long? length)
    {
        lock (_lock)
            _expected += length ?? 0;
    }

    /// <summary>So many bytes more have passed.</summary>
    public void Add(int bytes)
    {
        lock (_lock)
        {
            _bytes += bytes;
            var of = _expected > 0 ? string.Create(CultureInfo.InvariantCulture, $" of {_expected / Mebi:0.0}") : "";
            display.Report((int)(_bytes >> 10), (int)(_expected >> 10), string.Create(CultureInfo.InvariantCulture, $"{_bytes / Mebi:0.0}{of} MiB, {_ended} of {vms} VMs"));
        }
    }

    /// <summary>One VM has its outcome.</summary>
    public void End()
    {
        lock (_lock)
            _ended++;
    }
}
