using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fleet.Clients;

/// <summary>The programs of bench/peers as clients.</summary>
public static class ReferenceClients
{
    /// <summary>The epoll loop in C, compiled now for this machine.</summary>
    /// <exception cref="BenchException">There is no C compiler, or it refuses the source.</exception>
    public static async Task<IFleetClient> EpollAsync(FleetDirectory directory, FleetOptions options, CancellationToken cancel)
    {
        var program = await PeerProgram.CompileAsync("epoll_fleet", directory, cancel);
        return new ReferenceClient("c", program, [directory.VmDirectory, options.Command], options.Agents);
    }

    /// <summary>
    /// The asyncio program, run by the python3 of the PATH; <paramref name="kind"/> is its last argument, "plain" or "buffered".
    /// </summary>
    /// <exception cref="BenchException">There is no python3.</exception>
    public static IFleetClient Asyncio(string name, string kind, FleetDirectory directory, FleetOptions options)
    {
        string[] arguments = [Path.Combine(PeerProgram.Sources, "asyncio_fleet.py"), directory.VmDirectory, options.Command, kind];
        return new ReferenceClient(name, Executable.Find("python3", "python3"), arguments, options.Agents);
    }
}
