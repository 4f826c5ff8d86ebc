using System.Runtime.InteropServices;

namespace Orchestrator.Host.Cli.Output;

/// <summary>
/// Writes to an inherited file descriptor and says when its reader is gone. The console's own stream ignores EPIPE, which
/// would leave <c>orchestrator event watch | head -1</c> running for ever.
/// </summary>
internal sealed class StandardStream(int descriptor) : Stream
{
    private const int Interrupted = 4;

    /// <summary>errno of a pipe without a reader; also the <see cref="Exception.HResult"/> of what is thrown then.</summary>
    public const int BrokenPipe = 32;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = write(descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && error != Interrupted)
                throw new IOException($"cannot write to file descriptor {descriptor}: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, in byte buffer, nint count);
}
