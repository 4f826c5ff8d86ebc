namespace Orchestrator.Host.Emulation.Agent.Programs;

/// <summary>The programs of an emulated guest: their ends are known from the start, and told once their time is over.</summary>
internal sealed class GuestProcesses(TimeProvider time)
{
    /// <summary>Programs that nobody has asked for until their end.</summary>
    public const int Most = 256;

    private const long FirstPid = 1000;
    private readonly Dictionary<long, (ProgramEnd End, long Started)> _programs = [];
    private long _nextPid = FirstPid;

    /// <summary>Adds a program.</summary>
    /// <returns>Its pid; <see langword="null"/> if there are too many.</returns>
    public long? TryAdd(ProgramEnd end)
    {
        if (_programs.Count >= Most)
            return null;
        _programs.Add(_nextPid, (end, time.GetTimestamp()));
        return _nextPid++;
    }

    /// <summary>How it stands with a program; its end is told once.</summary>
    /// <returns><see langword="null"/> if there is none; without an end while it runs.</returns>
    public ProgramStatus? Status(long pid)
    {
        if (!_programs.TryGetValue(pid, out var program))
            return null;
        if (time.GetElapsedTime(program.Started) < program.End.Duration)
            return new ProgramStatus(null);
        _programs.Remove(pid);
        return new ProgramStatus(program.End);
    }
}

/// <summary>How it stands with a program.</summary>
/// <param name="End">How it ended; <see langword="null"/> while it runs.</param>
internal sealed record ProgramStatus(ProgramEnd? End);
