using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Soak.Measuring;

/// <summary>Measures a node that rests.</summary>
/// <param name="server">The node.</param>
public sealed class NodeProbe(OrchestratorServer server)
{
    private const string HeapSize = "dotnet_gc_last_collection_heap_size_bytes";
    private const string HeapGaps = "dotnet_gc_last_collection_heap_fragmentation_size_bytes";
    private const string Committed = "dotnet_gc_last_collection_memory_committed_size_bytes";
    private const string Provider = "Microsoft-Windows-DotNETRuntime";

    /// <summary>The runtime collects once, in full, when a listener asks for this keyword.</summary>
    private const long CollectKeyword = 0x800000;

    // Finalizers run after the first, and what they let go is gone after the second.
    private const int Collections = 2;
    private static readonly TimeSpan CollectionTime = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan MetricsAge = TimeSpan.FromMilliseconds(600);

    /// <summary>Lets it collect, and measures what is left.</summary>
    /// <param name="minutes">Since the run began.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BenchException">The node has ended, or does not answer.</exception>
    public async Task<SoakSample> MeasureAsync(double minutes, CancellationToken cancel)
    {
        for (var i = 0; i < Collections; i++)
            await CollectAsync(cancel);
        await Task.Delay(MetricsAge, TimeProvider.System, cancel);
        var metrics = await server.Api.MetricsAsync(cancel);
        var (heap, gaps, committed) = (Metric(metrics, HeapSize), Metric(metrics, HeapGaps), Metric(metrics, Committed));
        var status = await File.ReadAllTextAsync($"/proc/{server.ProcessId}/status", cancel);
        return new SoakSample(minutes, heap - gaps, committed, Number(status, "RssAnon:") << 10, OpenFiles.Of(server.ProcessId), (int)Number(status, "Threads:"));
    }

    private static long Metric(string metrics, string name) => (long)(MetricsText.Sum(metrics, name) ?? throw new BenchException($"the node has no metric {name}"));

    /// <summary>The number behind a name in <c>/proc/PID/status</c>.</summary>
    public static long Number(string status, string name)
    {
        ArgumentNullException.ThrowIfNull(status);
        var line = status.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) ?? throw new BenchException($"the kernel does not tell {name}");
        return long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private async Task CollectAsync(CancellationToken cancel)
    {
        try
        {
            var client = new DiagnosticsClient(server.ProcessId);
            using var session = await client.StartEventPipeSessionAsync([new EventPipeProvider(Provider, EventLevel.Informational, CollectKeyword)], requestRundown: false, circularBufferMB: 1, cancel);
            var drained = session.EventStream.CopyToAsync(Stream.Null, cancel);
            await Task.Delay(CollectionTime, TimeProvider.System, cancel);
            await session.StopAsync(cancel);
            await drained;
        }
        catch (Exception e) when (e is DiagnosticsClientException or IOException or EndOfStreamException)
        {
            throw new BenchException($"the node's runtime does not collect when asked: {e.Message}");
        }
    }
}
