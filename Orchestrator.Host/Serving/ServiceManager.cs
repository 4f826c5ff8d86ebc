using Microsoft.Extensions.Hosting.Systemd;

namespace Orchestrator.Host.Serving;

/// <summary>
/// Tells who manages the server as a service that it serves, and that it stops: systemd, by the socket in <c>NOTIFY_SOCKET</c> (sd_notify(3)), with
/// <c>Type=notify</c>. Without one nothing is told. Any thread.
/// </summary>
internal sealed class ServiceManager(ISystemdNotifier notifier)
{
    private int _state;

    private enum State
    {
        Starting,
        Serving,
        Stopping,
    }

    /// <summary>That of this process.</summary>
    public static ServiceManager OfProcess() => new(new SystemdNotifier());

    /// <summary>The API answers. A server that begins anew by itself, since its cluster has put it out, has been ready all the time.</summary>
    /// <param name="status">One line for <c>systemctl status</c>.</param>
    public void Serves(string status)
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Serving, (int)State.Starting) != (int)State.Stopping)
            Tell($"READY=1\nSTATUS={status}");
    }

    /// <summary>The server ends for good: it hands over what it does, and its process ends. After this, systemd gives it the time of <c>TimeoutStopSec</c>.</summary>
    public void Stops()
    {
        if (Interlocked.Exchange(ref _state, (int)State.Stopping) != (int)State.Stopping)
            Tell("STOPPING=1\nSTATUS=hands over what it does, and ends");
    }

    private void Tell(string state)
    {
        try
        {
            notifier.Notify(new ServiceState(state));
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // Who does not listen, is not told: it sees the process.
        }
    }
}
