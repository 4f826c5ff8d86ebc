using Orchestrator.TestKit.RealVms;

namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>
/// Real guests as the far side: a QEMU each, which is the QMP server, and the agent in the guest behind its virtio-serial port.
/// Under TCG, so that they run wherever the tests do.
/// </summary>
/// <param name="directory">Their files.</param>
/// <param name="count">How many.</param>
public sealed class GuestPeers(FleetDirectory directory, int count) : IPeers
{
    /// <summary>More would have nothing of two cores.</summary>
    public const int Most = 8;

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(3);
    private readonly RealVmDirectory _vms = new(path: directory.VmDirectory);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancel)
    {
        try
        {
            var booting = new List<RealVm>();
            foreach (var name in FleetNames.First(count))
            {
                // Not to be left in the middle: a QEMU that nobody knows of would stay.
                booting.Add(await _vms.AddVmAsync(new RealVmOptions { Name = name }));
                cancel.ThrowIfCancellationRequested();
            }
            await Task.WhenAll(booting.Select(vm => vm.BootedAsync(BootLimit))).WaitAsync(cancel);
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            throw new BenchException($"a guest did not boot: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _vms.DisposeAsync();
}
