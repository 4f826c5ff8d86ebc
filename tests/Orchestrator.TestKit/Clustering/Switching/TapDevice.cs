using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.TestKit.Clustering.Switching;

/// <summary>The network card of a namespace, whose other end is this process: what programs there send is read here, what is written here they receive. It vanishes when it is disposed, or this process ends.</summary>
internal sealed class TapDevice : IDisposable
{
    /// <summary>Its name in every namespace.</summary>
    public const string Name = "eth0";

    private const string Driver = "/dev/net/tun";
    private const int RequestBytes = 40;
    private const int NameBytes = 16;

    private TapDevice(int file) => File = file;

    /// <summary>Its file descriptor; never blocks.</summary>
    public int File { get; private set; }

    /// <summary>Makes one in a namespace.</summary>
    /// <param name="networkNamespace">A path, such as <c>/run/netns/NAME</c>.</param>
    /// <exception cref="IOException">The system refuses; the message has its reason.</exception>
    public static Task<TapDevice> OpenAsync(string networkNamespace) => NetworkNamespace.CallAsync(networkNamespace, () => Open(networkNamespace));

    public void Dispose()
    {
        if (File < 0)
            return;
        _ = LinuxCalls.Close(File);
        File = -1;
    }

    private static TapDevice Open(string networkNamespace)
    {
        var device = new TapDevice(LinuxCalls.Succeeds(LinuxCalls.Open(Driver, LinuxCalls.ReadWrite | LinuxCalls.NonBlocking | LinuxCalls.CloseOnExec), $"opening {Driver}"));
        try
        {
            var request = new byte[RequestBytes];
            Encoding.ASCII.GetBytes(Name, request);
            BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(NameBytes), LinuxCalls.TapWithoutHeader);
            LinuxCalls.Succeeds(LinuxCalls.Control(device.File, LinuxCalls.SetInterface, request), $"making {Name} in {networkNamespace}");
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }
}
