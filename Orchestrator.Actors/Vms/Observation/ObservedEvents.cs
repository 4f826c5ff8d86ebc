using System.IO.Enumeration;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>Which events come of looking at guests.</summary>
public static class ObservedEvents
{
    private const string TypePrefix = "io.orchestrator.guest.";

    private static readonly (string Name, GuestAspects Aspect)[] Events =
    [
        ("GUEST_NETWORK_CHANGED", GuestAspects.Network),
        ("GUEST_USERS_CHANGED", GuestAspects.Users),
        ("GUEST_FILESYSTEM_CHANGED", GuestAspects.Filesystems),
        ("GUEST_EXEC_COMPLETED", GuestAspects.Programs),
    ];

    /// <summary>The event that tells of changes of one aspect.</summary>
    internal static string NameOf(GuestAspects aspect) => Events.First(known => known.Aspect == aspect).Name;

    /// <summary>
    /// What guests must be looked at for, so that a follower of these events misses none. Who follows everything, or names no events of guests, gets
    /// what comes anyway: only a pattern that has <c>GUEST_</c> or <c>io.orchestrator.guest.</c> in it is a wish to know.
    /// </summary>
    /// <param name="typePattern">A glob over an event's type or name, as <c>/v1/events</c> takes it; <see langword="null"/> for all events.</param>
    public static GuestAspects AspectsOf(string? typePattern)
    {
        var aspects = GuestAspects.None;
        if (typePattern is null || !NamesGuestEvents(typePattern))
            return aspects;
        foreach (var (name, aspect) in Events)
        {
            if (FileSystemName.MatchesSimpleExpression(typePattern, name) || FileSystemName.MatchesSimpleExpression(typePattern, TypePrefix + name))
                aspects |= aspect;
        }
        return aspects;
    }

    private static bool NamesGuestEvents(string pattern) =>
        pattern.Contains("GUEST_", StringComparison.OrdinalIgnoreCase) || pattern.Contains(TypePrefix, StringComparison.OrdinalIgnoreCase);
}
