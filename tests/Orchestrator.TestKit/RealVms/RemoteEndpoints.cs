using System.Net;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A monitor and an agent's channel that listen on a network and ask clients for certificates, as a VM of a remote VmHost has them. The VM's own monitor is beside them.</summary>
/// <param name="Address">Of the VM's machine.</param>
/// <param name="QmpPort">The monitor's.</param>
/// <param name="AgentPort">The agent's.</param>
/// <param name="CertificatesDirectory">With the files that QEMU's <c>tls-creds-x509</c> looks for.</param>
public sealed record RemoteEndpoints(IPAddress Address, int QmpPort, int AgentPort, string CertificatesDirectory)
{
    /// <summary>QEMU's -chardev for the agent, without an id.</summary>
    public string AgentChardev => Chardev(AgentPort);

    /// <summary>QEMU's arguments for the monitor, and for the certificates.</summary>
    public IReadOnlyList<string> QemuArguments =>
    [
        "-object", $"tls-creds-x509,id=tls0,endpoint=server,dir={CertificatesDirectory},verify-peer=on",
        "-chardev", $"{Chardev(QmpPort)},id=remote0",
        "-mon", "chardev=remote0,mode=control",
    ];

    private string Chardev(int port) => $"socket,host={Address},port={port},server=on,wait=off,tls-creds=tls0";
}
