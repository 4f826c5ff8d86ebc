namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>Limits of a connection on which this process is the QMP server.</summary>
public sealed record QmpServerOptions
{
    /// <summary>Largest message of a client; a larger one is answered with an error and skipped without being kept. 16 MiB by default; QEMU takes 64.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most tokens of a message; 262,144 by default. QEMU takes 2,097,152.</summary>
    public int MaxTokens { get; init; } = 262_144;

    /// <summary>Deepest nesting of a message; QEMU's own 1,024 by default.</summary>
    public int MaxDepth { get; init; } = 1024;

    /// <summary>Messages of a client that may wait for their turn before no more is read: 8 by default, as the QMP specification (section 2.3.1) says.</summary>
    public int MaxQueued { get; init; } = 8;

    /// <summary>Messages that may wait for a client that does not read; 1,024 by default. One more ends the connection.</summary>
    public int MaxWaitingMessages { get; init; } = 1024;

    /// <summary>Bytes that may wait for a client that does not read, the last message not counted; 32 MiB by default.</summary>
    public long MaxWaitingBytes { get; init; } = 32 * 1024 * 1024;
}
