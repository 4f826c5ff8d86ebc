using System.Runtime.InteropServices;

namespace Orchestrator.Host.Cli;

/// <summary>Counts Ctrl-C: the first detaches, the second cancels, the third is left to the operating system.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public CancellationToken First => _first.Token;

    public CancellationToken Second => _second.Token;

    /// <summary>Counts this process's SIGINT and SIGTERM from now on.</summary>
    public void Listen()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            _registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = Raise()));
    }

    /// <summary>One more interrupt; false once both were used and the process should simply end.</summary>
    public bool Raise()
    {
        lock (_registrations)
        {
            var source = !_first.IsCancellationRequested ? _first : !_second.IsCancellationRequested ? _second : null;
            // What waits for it continues elsewhere, not inside a signal handler that holds a lock.
            _ = source?.CancelAsync();
            return source is not null;
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _first.Dispose();
        _second.Dispose();
    }
}
