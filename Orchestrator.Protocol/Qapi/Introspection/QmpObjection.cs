namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>What about a command a QEMU would not take.</summary>
public enum QmpObjectionKind
{
    /// <summary>It does not know the command, or not out of band.</summary>
    Unsupported,

    /// <summary>It knows the command and refuses the arguments.</summary>
    Arguments,
}

/// <summary>Why a QEMU would not take a command.</summary>
/// <param name="Kind">What it would refuse.</param>
/// <param name="Message">For people: the place, what was expected, and what to do.</param>
public sealed record QmpObjection(QmpObjectionKind Kind, string Message);
