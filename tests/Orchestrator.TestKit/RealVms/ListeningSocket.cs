using System.Net.Sockets;
using System.Text;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.RealVms;

/// <summary>Waits for sockets of real peers without connecting: QMP and the agent serve one client, and that is the test's.</summary>
internal static class ListeningSocket
{
    private const int MaxPathBytes = 107;
    private const string AcceptsConnections = "00010000";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Removes a socket that an earlier process left, so that the wait cannot mistake it for the new one.</summary>
    public static void Prepare(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
            throw new ArgumentException($"{path} is too long for a unix socket ({MaxPathBytes} bytes): use a shorter directory.", nameof(path));

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
    }

    /// <summary>Returns once the process listens on the path.</summary>
    /// <exception cref="InvalidOperationException">The process ended before; the message has its output.</exception>
    public static async Task AppearsAsync(string path, ChildProcess owner)
    {
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    owner.ThrowIfExited();
                    return File.Exists(path) && await IsListeningAsync(path, owner);
                },
                Limit,
                $"process {owner.Id} listens on {path}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} Its output: {owner.Output}", late);
        }
    }

    /// <summary>Has a monitor execute one command; for monitors that nobody else uses yet.</summary>
    /// <exception cref="InvalidOperationException">The process ended instead; the message has its output.</exception>
    public static async Task ExecutesAsync(string path, ChildProcess owner)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), deadline.Token);
            await socket.SendAsync("{\"execute\":\"qmp_capabilities\"}\n"u8.ToArray(), deadline.Token);
            using var lines = new StreamReader(new NetworkStream(socket));
            _ = await lines.ReadLineAsync(deadline.Token);
            if (await lines.ReadLineAsync(deadline.Token) is not null)
                return;
        }
        catch (Exception broken) when (broken is SocketException or IOException)
        {
            // The process's exit, below, says more than the socket's.
        }

        await owner.ExitedAsync(Limit);
        throw owner.Ended();
    }

    // proc(5), /proc/net/unix: Num RefCount Protocol Flags Type St Inode Path. Each network namespace has its own; the owner may live in another.
    private static async Task<bool> IsListeningAsync(string path, ChildProcess owner)
    {
        foreach (var line in await SocketsOfAsync(owner))
        {
            if (line.EndsWith(path, StringComparison.Ordinal)
                && line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries) is [_, _, _, AcceptsConnections, _, _, _, var name]
                && name == path)
                return true;
        }

        return false;
    }

    private static async Task<string[]> SocketsOfAsync(ChildProcess owner)
    {
        try
        {
            return await File.ReadAllLinesAsync($"/proc/{owner.Id}/net/unix");
        }
        catch (IOException)
        {
            // It has just ended, which the next look tells.
            return [];
        }
    }
}
