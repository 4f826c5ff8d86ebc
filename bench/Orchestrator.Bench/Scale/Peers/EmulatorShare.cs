namespace Orchestrator.Bench.Scale.Peers;

/// <summary>One emulator's part of a fleet.</summary>
/// <param name="Node">Which node's VMs, from 0 up.</param>
/// <param name="Prefix">Of their names.</param>
/// <param name="Vms">How many.</param>
public sealed record EmulatorShare(int Node, string Prefix, int Vms)
{
    // Two sockets that listen and a client of each (orchestrator emulate --help); the runtime's own beside them.
    private const int FilesPerVm = 4;
    private const int FilesBeside = 200;

    /// <summary>Spreads VMs evenly over nodes, and those of a node over as few emulators as their limit of open files allows.</summary>
    public static IReadOnlyList<EmulatorShare> Of(int vms, int nodes, long openFiles)
    {
        var most = (int)Math.Clamp((openFiles - FilesBeside) / FilesPerVm, 1, int.MaxValue);
        var shares = new List<EmulatorShare>();
        for (var node = 0; node < nodes; node++)
        {
            var left = (vms / nodes) + (node < vms % nodes ? 1 : 0);
            for (var part = 0; left > 0; part++)
            {
                var taken = Math.Min(left, most);
                shares.Add(new EmulatorShare(node, $"n{node}p{part}-", taken));
                left -= taken;
            }
        }
        return shares;
    }
}
