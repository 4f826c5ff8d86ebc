using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Host.Tests.Clustering.Discovery;

/// <summary>A name server on loopback that answers questions for SRV records as it is told (RFC 1035, RFC 2782).</summary>
internal sealed class ScriptedDns : IAsyncDisposable
{
    private const int NoSuchName = 3;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Task _serving;

    public ScriptedDns() => _serving = ServeAsync();

    public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>Records of any name that is asked for; <see langword="null"/>: there is no such name.</summary>
    public IReadOnlyList<(ushort Priority, ushort Weight, ushort Port, string Target)>? Records { get; set; } = [];

    /// <summary>Questions are not answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Names that were asked for.</summary>
    public List<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                var (name, end) = NameOf(question.Buffer);
                Asked.Add(name);
                if (!IsSilent)
                    await _socket.SendAsync(Answer(question.Buffer.AsSpan(0, end + 4)), question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static (string Name, int End) NameOf(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        for (; question[at] != 0; at += question[at] + 1)
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        return (string.Join('.', labels), at + 1);
    }

    /// <summary>The question again, then the records.</summary>
    private byte[] Answer(ReadOnlySpan<byte> question)
    {
        var answer = new List<byte>(question.ToArray());
        answer[2] = 0x84;
        answer[3] = (byte)(Records is null ? NoSuchName : 0);
        answer[7] = (byte)(Records?.Count ?? 0);
        // No authority, and no additional records, which the question may announce.
        answer[8] = answer[9] = answer[10] = answer[11] = 0;
        foreach (var (priority, weight, port, target) in Records ?? [])
        {
            var name = Encoded(target);
            // The name of the question, SRV, IN, 60 s.
            answer.AddRange([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60]);
            foreach (var number in (ushort[])[(ushort)(6 + name.Count), priority, weight, port])
                answer.AddRange(BigEndian(number));
            answer.AddRange(name);
        }
        return [.. answer];
    }

    private static List<byte> Encoded(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    private static byte[] BigEndian(ushort number)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        return bytes;
    }
}
