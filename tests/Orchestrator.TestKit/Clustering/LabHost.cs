using System.Net;
using System.Net.Sockets;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Clustering;

/// <summary>A machine of a lab, as far as a network is concerned: its own namespace with one card. Files, and so Unix sockets, are everybody's.</summary>
public sealed class LabHost
{
    internal LabHost(string name, int port, IPAddress address, string networkNamespace, string directory)
    {
        Name = name;
        Port = port;
        Address = address;
        Namespace = networkNamespace;
        Directory = directory;
        Launcher = [RequiredTool.Find("nsenter", "util-linux"), $"--net={NamespacePath}", "--"];
    }

    /// <summary>As the lab knows it.</summary>
    public string Name { get; }

    /// <summary>Where the other hosts reach it.</summary>
    public IPAddress Address { get; }

    /// <summary>Of the network, as <c>ip netns</c> lists it.</summary>
    public string Namespace { get; }

    /// <summary>For the host's files; removed with the lab.</summary>
    public string Directory { get; }

    /// <summary>Put before a command line, it makes the program run on this host.</summary>
    public IReadOnlyList<string> Launcher { get; }

    internal int Port { get; }

    internal string NamespacePath => $"/run/netns/{Namespace}";

    /// <summary>Starts a program on this host.</summary>
    /// <param name="fileName">An absolute path.</param>
    /// <param name="arguments">Passed as they are.</param>
    public ChildProcess Start(string fileName, params IEnumerable<string> arguments) => ChildProcess.StartWith(Launcher, fileName, arguments);

    /// <summary>Runs a program on this host to its end, and returns the end of its output.</summary>
    public Task<string> RunAsync(TimeSpan within, string fileName, params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync(Launcher[0], [.. Launcher.Skip(1), fileName, .. arguments], within);

    /// <summary>Opens a socket of this process that is on this host: it connects from there, and listens there.</summary>
    public Task<Socket> OpenSocketAsync(SocketType type, ProtocolType protocol) =>
        NetworkNamespace.CallAsync(NamespacePath, () => new Socket(AddressFamily.InterNetwork, type, protocol));
}
