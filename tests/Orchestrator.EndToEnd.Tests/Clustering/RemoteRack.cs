using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>A machine of a lab that has VMs and no node: their monitors and agents listen on its network with TLS, and ask for a certificate of the cluster's authority.</summary>
/// <param name="host">The machine.</param>
/// <param name="count">Of its VMs.</param>
/// <param name="certificates">The authority's directory, with a certificate of the name <see cref="Name"/>.</param>
internal sealed class RemoteRack(LabHost host, int count, string certificates) : IAsyncDisposable
{
    /// <summary>Of the machine, and of the remote VmHost that it is.</summary>
    public const string Name = "rack";

    private const int FirstPort = 4444;
    private readonly RealVmDirectory _vms = new(host.Launcher, Path.Combine(host.Directory, "vms"));

    /// <summary>Of its VMs.</summary>
    public IEnumerable<string> VmNames => Enumerable.Range(1, count).Select(NameOf);

    private string QemuCertificates => Path.Combine(certificates, "qemu");

    /// <summary>For a node's configuration.</summary>
    /// <param name="node">Has a certificate of its name.</param>
    public string Configuration(string node) => string.Join('\n', [
        "remote-hosts:",
        $"  {Name}:",
        $"    tls: {{ authority: {certificates}/authority.crt, certificate: {certificates}/{node}.crt, key: {certificates}/{node}.key }}",
        "    vms:",
        .. Enumerable.Range(1, count).Select(number => $"      - {{ name: {NameOf(number)}, qmp: 'tls:{host.Address}:{QmpPort(number)}', agent: 'tls:{host.Address}:{QmpPort(number) + 1}' }}"),
    ]);

    /// <summary>Starts its VMs, and returns when their guests are up.</summary>
    public async Task StartAsync(TimeSpan within)
    {
        Directory.CreateDirectory(QemuCertificates);
        File.Copy(Path.Combine(certificates, "authority.crt"), Path.Combine(QemuCertificates, "ca-cert.pem"));
        File.Copy(Path.Combine(certificates, $"{Name}.crt"), Path.Combine(QemuCertificates, "server-cert.pem"));
        File.Copy(Path.Combine(certificates, $"{Name}.key"), Path.Combine(QemuCertificates, "server-key.pem"));
        var vms = new List<RealVm>();
        for (var number = 1; number <= count; number++)
            vms.Add(await _vms.AddVmAsync(new() { Name = NameOf(number), WithDisk = true, Remote = new RemoteEndpoints(host.Address, QmpPort(number), QmpPort(number) + 1, QemuCertificates) }));
        foreach (var vm in vms)
            await vm.BootedAsync(within);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _vms.DisposeAsync();

    private static string NameOf(int number) => $"{Name}-guest{number}";

    private static int QmpPort(int number) => FirstPort + (2 * number);
}
