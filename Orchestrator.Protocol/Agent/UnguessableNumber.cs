using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Orchestrator.Protocol.Agent;

/// <summary>
/// Random numbers of 63 bits, from 1 up: a guest that could guess the next id could answer a command before it is asked.
/// They fit the agent's signed 64-bit integers.
/// </summary>
internal static class UnguessableNumber
{
    private const int BatchBytes = 2048;

    [ThreadStatic]
    private static byte[]? _batch;

    [ThreadStatic]
    private static int _used;

    public static long Next()
    {
        if (_batch is null || _used == BatchBytes)
        {
            _batch ??= new byte[BatchBytes];
            RandomNumberGenerator.Fill(_batch);
            _used = 0;
        }
        var number = BinaryPrimitives.ReadInt64LittleEndian(_batch.AsSpan(_used)) & long.MaxValue;
        _used += sizeof(long);
        return number == 0 ? Next() : number;
    }
}
