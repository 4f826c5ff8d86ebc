using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Emulation.Sockets;

/// <summary>Where the VMs of an emulated fleet listen: makes their sockets, and removes what it has made.</summary>
internal sealed class EmulationSockets : IDisposable
{
    private const int LongestPath = 107;
    private readonly EmulationOptions _options;
    private readonly List<string> _files = [];
    private readonly List<string> _directories = [];

    /// <summary>Of a fleet, of which nothing is made yet.</summary>
    public EmulationSockets(EmulationOptions options) => _options = options;

    /// <summary>One of a VM's two sockets.</summary>
    /// <param name="Socket">Bound, not listening yet.</param>
    /// <param name="Address">As QEMU writes it.</param>
    internal sealed record Bound(Socket Socket, string Address);

    /// <summary>A VM's sockets, of QMP and of its agent.</summary>
    /// <param name="number">Which VM, from 0 up.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="EmulationException">Somebody else is there, or it cannot be made.</exception>
    public (Bound Qmp, Bound Agent) Bind(int number, string name)
    {
        if (_options.Tcp is { } first)
            return (BindTcp(first, 2 * number), BindTcp(first, (2 * number) + 1));
        var directory = Path.Combine(_options.Directory, name);
        Make(directory);
        // A VM is there when its qmp.sock is: whoever watches the directory finds the agent, too.
        var agent = BindUnix(Path.Combine(directory, "qga.sock"));
        return (BindUnix(Path.Combine(directory, "qmp.sock")), agent);
    }

    /// <summary>For TCP, where no directory shows which VMs there are: a configuration of <c>serve</c> that names them.</summary>
    /// <returns>Its path; <see langword="null"/> for Unix sockets.</returns>
    public string? WriteConfiguration()
    {
        if (_options.Tcp is not { } first)
            return null;
        Make(_options.Directory);
        var path = Path.Combine(_options.Directory, "vms.yaml");
        var text = new StringBuilder("vms:\n");
        foreach (var (number, name) in _options.Names().Index())
            text.Append(CultureInfo.InvariantCulture, $"  - name: {name}\n    qmp: tcp:{At(first, 2 * number)}\n    agent: tcp:{At(first, (2 * number) + 1)}\n");
        Try(path, () => File.WriteAllText(path, text.ToString()));
        _files.Add(path);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
            File.Delete(file);
        foreach (var directory in Enumerable.Reverse(_directories))
        {
            if (!Directory.EnumerateFileSystemEntries(directory).Any())
                Directory.Delete(directory);
        }
    }

    private void Make(string directory)
    {
        if (Directory.Exists(directory))
            return;
        if (Path.GetDirectoryName(directory) is { } parent)
            Make(parent);
        Try(directory, () => Directory.CreateDirectory(directory));
        _directories.Add(directory);
    }

    private Bound BindUnix(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new EmulationException($"{path} is longer than a Unix socket's path can be ({LongestPath} bytes): choose a shorter --dir or --prefix");
        if (FileStatus.Of(path) is { } found)
            Remove(path, found.IsSocket);
        var bound = Bind(new UnixDomainSocketEndPoint(path), ProtocolType.Unspecified, path);
        _files.Add(path);
        return new Bound(bound, $"unix:{path},server=on");
    }

    /// <summary>What an emulator left that was killed is in nobody's way.</summary>
    private static void Remove(string path, bool isSocket)
    {
        if (!isSocket)
            throw new EmulationException($"{path} is there and is not a socket: choose another --dir or --prefix");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Try(path, () => File.Delete(path));
            return;
        }
        catch (SocketException)
        {
            // Whatever else it is, somebody may listen.
        }
        throw new EmulationException($"another process listens on {path}: choose another --dir or --prefix, or end it");
    }

    private static Bound BindTcp(IPEndPoint first, int offset)
    {
        var address = At(first, offset);
        return new Bound(Bind(address, ProtocolType.Tcp, address.ToString()), $"tcp:{address},server=on");
    }

    private static IPEndPoint At(IPEndPoint first, int offset) => new(first.Address, first.Port + offset);

    private static Socket Bind(EndPoint address, ProtocolType protocol, string shown)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, protocol);
        try
        {
            socket.Bind(address);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new EmulationException($"cannot listen on {shown}: {e.Message}");
        }
    }

    private static void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmulationException($"{path}: {e.Message}");
        }
    }
}
