namespace Orchestrator.Actors.Vms.Observation;

/// <summary>A question to one guest.</summary>
/// <param name="Aspect">One aspect.</param>
/// <param name="Pid">With <see cref="GuestAspects.Programs"/>: which program.</param>
internal readonly record struct ObservationQuestion(GuestAspects Aspect, long Pid = 0);

/// <summary>What came of a question.</summary>
internal enum LookResult
{
    /// <summary>Nothing is different; a program still runs.</summary>
    Same,

    /// <summary>Something is different.</summary>
    Changed,

    /// <summary>The agent had others to answer: it was not asked.</summary>
    Skipped,

    /// <summary>No usable answer.</summary>
    Failed,
}

/// <summary>
/// When one guest is looked at for what: never for what nobody wants, one question at a time, soon after something that may have changed it, and
/// else ever less often. Knows no actor and no clock: every call tells the time, on one monotonic clock. Owned by <see cref="VmActor"/>.
/// </summary>
/// <param name="spread">0 to 1, another for each VM: looks that are wanted of all at once are not all made at once.</param>
internal sealed class ObservationPlan(double spread = 0)
{
    /// <summary>Programs of a VM that are followed at the same time.</summary>
    public const int MaxPrograms = 64;

    /// <summary>From something that may have changed a guest to the look, so that what comes with it is seen by the same one.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    /// <summary>The first looks of all VMs are made within this, after <see cref="Settle"/>.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromSeconds(4);

    /// <summary>Between looks while nothing happens.</summary>
    public static readonly BackOff Pauses = new(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(15));

    /// <summary>Least between looks, however much happens: longer with each that found nothing.</summary>
    public static readonly BackOff Spacing = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    /// <summary>Between questions after a program.</summary>
    public static readonly BackOff ProgramPauses = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));

    private static readonly TimeSpan SkipPause = TimeSpan.FromSeconds(1);
    private static readonly GuestAspects[] Looks = [GuestAspects.Network, GuestAspects.Users, GuestAspects.Filesystems];

    private readonly Dictionary<GuestAspects, Track> _looks = [];
    private readonly Dictionary<long, Track> _programs = [];

    private sealed class Track
    {
        public TimeSpan Due { get; set; }

        public TimeSpan? LastLook { get; set; }

        /// <summary>Looks in a row that found nothing, since the last sign that something may have changed.</summary>
        public int Quiet { get; set; }

        /// <summary>Looks in a row that found nothing, whatever happened.</summary>
        public int Fruitless { get; set; }

        /// <summary>Something happened while the guest was asked.</summary>
        public bool Again { get; set; }
    }

    /// <summary>What somebody needs to know.</summary>
    public GuestAspects Wanted { get; private set; }

    /// <summary>The question under way.</summary>
    public ObservationQuestion? Asking { get; private set; }

    /// <summary>Somebody needs to know this from now on, and nothing else.</summary>
    public void Want(GuestAspects wanted, TimeSpan now)
    {
        foreach (var aspect in Looks.Where(aspect => (Wanted & aspect) != (wanted & aspect)))
        {
            if ((wanted & aspect) == 0)
                _looks.Remove(aspect);
            else
                _looks.Add(aspect, new Track { Due = now + Settle + (Spread * spread) });
        }
        Wanted = wanted;
    }

    /// <summary>Something happened that may have changed these.</summary>
    public void Trigger(GuestAspects aspects, TimeSpan now)
    {
        foreach (var (_, track) in _looks.Where(look => (look.Key & aspects) != 0))
        {
            track.Quiet = 0;
            track.Again = true;
            track.Due = Earlier(track.Due, SoonOf(track, now));
        }
    }

    /// <summary>Another process of the agent serves: its programs are others, and the guest may have been started anew.</summary>
    public void Renew(TimeSpan now)
    {
        _programs.Clear();
        foreach (var track in _looks.Values)
            (track.Fruitless, track.LastLook) = (0, null);
        Trigger(GuestAspects.All, now);
    }

    /// <summary>Follows a program to its end; false if as many as there may be are followed already.</summary>
    public bool Follow(long pid, TimeSpan now)
    {
        if (_programs.ContainsKey(pid))
            return true;
        if (_programs.Count >= MaxPrograms)
            return false;
        _programs.Add(pid, new Track { Due = now + ProgramPauses.First });
        return true;
    }

    /// <summary>A program has ended, or is not worth a question any more.</summary>
    public void Drop(long pid) => _programs.Remove(pid);

    /// <summary>Begins with the question that is due; <see langword="null"/> if none is, or one is under way.</summary>
    /// <param name="able">What the guest can be asked now.</param>
    /// <param name="now">The time.</param>
    public ObservationQuestion? Begin(GuestAspects able, TimeSpan now)
    {
        if (Asking is not null || Earliest(able) is not ({ } track, { } question) || track.Due > now)
            return null;
        track.Again = false;
        Asking = question;
        return question;
    }

    /// <summary>How long nothing is to be asked; <see langword="null"/> while it is something else that must happen first.</summary>
    public TimeSpan? Wait(GuestAspects able, TimeSpan now)
    {
        if (Asking is not null || Earliest(able) is not ({ } track, _))
            return null;
        return track.Due > now ? track.Due - now : TimeSpan.Zero;
    }

    /// <summary>The question under way has ended.</summary>
    public void End(LookResult result, TimeSpan now)
    {
        if (Asking is not { } question)
            return;
        Asking = null;
        if (TrackOf(question) is not { } track)
            return;
        if (result == LookResult.Skipped)
            track.Due = now + SkipPause;
        else
            Reschedule(track, question, result, now);
    }

    private static void Reschedule(Track track, ObservationQuestion question, LookResult result, TimeSpan now)
    {
        track.LastLook = now;
        (track.Quiet, track.Fruitless) = result == LookResult.Changed ? (0, 0) : (track.Quiet + 1, track.Fruitless + 1);
        var pause = (question.Aspect == GuestAspects.Programs ? ProgramPauses : Pauses).After(Math.Max(1, track.Quiet));
        track.Due = now + pause;
        if (track.Again)
            (track.Quiet, track.Due) = (0, Earlier(track.Due, SoonOf(track, now)));
    }

    private Track? TrackOf(ObservationQuestion question) =>
        question.Aspect == GuestAspects.Programs ? _programs.GetValueOrDefault(question.Pid) : _looks.GetValueOrDefault(question.Aspect);

    private (Track? Track, ObservationQuestion Question) Earliest(GuestAspects able)
    {
        (Track? Track, ObservationQuestion Question) earliest = default;
        foreach (var (aspect, track) in _looks)
        {
            if ((able & aspect) != 0 && !(earliest.Track?.Due <= track.Due))
                earliest = (track, new ObservationQuestion(aspect));
        }
        if ((able & Wanted & GuestAspects.Programs) == 0)
            return earliest;
        foreach (var (pid, track) in _programs)
        {
            if (!(earliest.Track?.Due <= track.Due))
                earliest = (track, new ObservationQuestion(GuestAspects.Programs, pid));
        }
        return earliest;
    }

    private static TimeSpan SoonOf(Track track, TimeSpan now)
    {
        var soon = now + Settle;
        return track.LastLook is { } last && last + Spacing.After(track.Fruitless) is var least && least > soon ? least : soon;
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
