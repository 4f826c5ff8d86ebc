using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Host.Emulation;

/// <summary>Who an emulated VM is: follows from the seed and its name alone.</summary>
/// <param name="Name">The VM's.</param>
/// <param name="Id">Its UUID.</param>
/// <param name="System">What is installed in it.</param>
/// <param name="Trait">What is wrong with it.</param>
/// <param name="Address">Its IPv4 address, in 10.0.0.0/8: not anybody's.</param>
internal sealed record Persona(string Name, Guid Id, GuestSystem System, Trait Trait, string Address)
{
    /// <summary>The persona of a name.</summary>
    public static Persona Of(string name, int seed, Chaos chaos)
    {
        Span<byte> lots = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{name}"), lots);
        var id = lots[..16].ToArray();
        // RFC 9562: version 8, whose bits mean what their maker says.
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        var lot = BitConverter.ToUInt32(lots[16..]) / (uint.MaxValue + 1.0);
        return new Persona(name, new Guid(id, bigEndian: true), GuestSystem.Of(lots[20] / 256.0), chaos.Of(lot), $"10.{lots[21]}.{lots[22]}.{1 + (lots[23] % 254)}");
    }
}
