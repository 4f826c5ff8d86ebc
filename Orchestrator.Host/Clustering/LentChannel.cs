using Orchestrator.Protocol.Transport;

namespace Orchestrator.Host.Clustering;

/// <summary>The way from another node to a QEMU of this one.</summary>
/// <param name="qemu">QEMU's end.</param>
internal sealed class LentChannel(Stream qemu)
{
    private const int ReadBytes = 16 * 1024;

    private readonly SemaphoreSlim _writing = new(1);
    private long _passedOn;

    /// <summary>Passes on what comes until either end is gone.</summary>
    public async Task PassOnAsync(Stream from, CancellationToken cancellationToken)
    {
        var buffer = new byte[ReadBytes];
        for (int count; (count = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await qemu.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                _passedOn += count;
            }
            finally
            {
                _writing.Release();
            }
        }
    }

    /// <summary>
    /// Whether QEMU has not read all of what the other node has written: it has not come here yet, or the kernel has it. What is being written at this moment
    /// is waited for: QEMU may have read it already.
    /// </summary>
    /// <param name="written">Bytes that the other node has written.</param>
    /// <param name="cancellationToken">When it is not waited for any longer.</param>
    public async Task<bool> HasUnreadAsync(long written, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _passedOn < written || UnreadBytes.Any(qemu);
        }
        finally
        {
            _writing.Release();
        }
    }
}
