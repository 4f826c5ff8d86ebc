using System.Net;
using Orchestrator.TestKit.Clustering.Switching;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Clustering;

/// <summary>
/// Machines in a network of their own, whose links a test can cut and slow down. Each is a network namespace; between them is an
/// <see cref="EthernetSwitch"/> in this process, so that a fault counts for the very next frame. Nothing of the machine's own network is touched.
/// Disposing kills what runs on the hosts and removes everything.
/// </summary>
public sealed class NetworkLab : IAsyncDisposable
{
    /// <summary>Hosts of one lab; a subnet of 256 addresses has more, a test machine's cores have not.</summary>
    public const int MaxHosts = 32;

    private const int Seed = 77;
    private const int Subnets = 254;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly LabName _name;
    private readonly Dictionary<string, LabHost> _hosts;
    private EthernetSwitch? _switch;

    private NetworkLab(LabName name, Dictionary<string, LabHost> hosts, string subnet)
    {
        _name = name;
        _hosts = hosts;
        Subnet = subnet;
    }

    /// <summary>The addresses of all hosts, as <c>10.77.X.0/24</c>.</summary>
    public string Subnet { get; }

    /// <summary>For the lab's files; removed with it.</summary>
    public string Directory => LabLeftovers.DirectoryOf(_name);

    /// <summary>Frames that a fault has swallowed so far.</summary>
    public long Lost => Switch.Lost;

    /// <summary>The host of that name.</summary>
    public LabHost this[string host] => _hosts.TryGetValue(host, out var found) ? found : throw new ArgumentException($"The lab has no host '{host}': it has {string.Join(", ", _hosts.Keys)}.", nameof(host));

    private EthernetSwitch Switch => _switch ?? throw new InvalidOperationException("The lab has not started.");

    /// <summary>Makes the hosts; they reach each other when it returns. What killed test runs left is removed first.</summary>
    /// <param name="hosts">Their names: letters, digits and '-'.</param>
    /// <exception cref="UnauthorizedAccessException">A right is missing; the message has the command to run.</exception>
    /// <exception cref="FileNotFoundException">A program is missing; the message has the command to run.</exception>
    public static async Task<NetworkLab> StartAsync(params string[] hosts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hosts.Length, MaxHosts, nameof(hosts));
        LabRights.Require();
        await LabLeftovers.RemoveOrphansAsync();
        var name = LabName.Next();
        var subnet = $"10.77.{name.Number % Subnets}";
        var made = hosts.Select((host, port) => new LabHost(host, port, IPAddress.Parse($"{subnet}.{port + 1}"), name.NamespaceOf(host), Path.Combine(LabLeftovers.DirectoryOf(name), host)));
        var lab = new NetworkLab(name, made.ToDictionary(host => host.Name), subnet + ".0/24");
        try
        {
            await lab.MakeAsync();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing that one sends arrives at the other, both ways. Connections hang: nobody tells them.</summary>
    public void Partition(string one, string other)
    {
        PartitionOneWay(one, other);
        PartitionOneWay(other, one);
    }

    /// <summary>Nothing of what <paramref name="from"/> sends arrives at <paramref name="to"/>, while the way back works.</summary>
    public void PartitionOneWay(string from, string to) => Switch.Faults = Switch.Faults.Cut(this[from].Port, this[to].Port);

    /// <summary>A host reaches nobody, and nobody reaches it.</summary>
    public void Isolate(string host) => Switch.Faults = Switch.Faults.Isolate(this[host].Port);

    /// <summary>What a host sends and receives is late, or lost.</summary>
    /// <param name="host">The host.</param>
    /// <param name="delay">Of each frame, each way: a round trip takes twice as long.</param>
    /// <param name="loss">The chance of each frame to be lost, 0 to 1.</param>
    public void Slow(string host, TimeSpan delay, double loss = 0) => Switch.Faults = Switch.Faults.Slow(this[host].Port, delay, loss);

    /// <summary>Ends every fault of the network.</summary>
    public void Heal() => Switch.Faults = LinkFaults.None;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _switch?.Dispose();
        await LabLeftovers.RemoveAsync(_name);
    }

    private async Task MakeAsync()
    {
        var devices = new List<TapDevice>();
        try
        {
            foreach (var host in _hosts.Values)
            {
                System.IO.Directory.CreateDirectory(host.Directory);
                await ChildProcess.RunAsync(RequiredTool.Find("ip", "iproute2"), ["netns", "add", host.Namespace], Limit);
                devices.Add(await TapDevice.OpenAsync(host.NamespacePath));
                await host.RunAsync(Limit, "/bin/sh", "-e", "-c", Configuration(host));
            }
        }
        catch
        {
            devices.ForEach(device => device.Dispose());
            throw;
        }
        _switch = new EthernetSwitch(devices, Seed);
    }

    /// <summary>Addresses of the others are known from the start: a cut link is silent, as behind a router, and not "no route to host" after a search.</summary>
    private string Configuration(LabHost host)
    {
        const string card = TapDevice.Name;
        var neighbours = _hosts.Values.Where(other => other != host).Select(other => $"ip neigh add {other.Address} lladdr {EthernetSwitch.AddressOf(other.Port)} dev {card} nud permanent");
        return string.Join('\n', [
            "ip link set lo up",
            $"ip link set {card} address {EthernetSwitch.AddressOf(host.Port)} addrgenmode none up",
            $"ip addr add {host.Address}/24 dev {card}",
            .. neighbours,
        ]);
    }
}
