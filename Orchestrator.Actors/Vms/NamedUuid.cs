using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Actors.Vms;

/// <summary>A UUID of version 8 (RFC 9562, section 5.8) derived from names: the same for the same names, on every node.</summary>
internal static class NamedUuid
{
    private const int Version8 = 0x80;
    private const int Variant = 0x80;

    public static Guid Of(string host, string vm)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"orchestrator/{host}/{vm}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | Version8);
        hash[8] = (byte)((hash[8] & 0x3F) | Variant);
        return new Guid(hash[..16], bigEndian: true);
    }
}
