using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Vms;

/// <summary>What a command means to a guest that may not be able to take it: the columns of the decision table (docs/OUTCOMES.md).</summary>
internal enum CommandKind
{
    /// <summary>Only reads.</summary>
    Read,

    /// <summary>Changes something in the guest; programs are of this kind.</summary>
    Write,

    /// <summary>Freezes the filesystems.</summary>
    Freeze,

    /// <summary>Thaws them: what is late must come all the same.</summary>
    Thaw,
}

/// <summary>The kinds of commands.</summary>
internal static class CommandKinds
{
    public static CommandKind Of(EncodedCommand command) => command.Name switch
    {
        "guest-fsfreeze-freeze" or "guest-fsfreeze-freeze-list" => CommandKind.Freeze,
        "guest-fsfreeze-thaw" => CommandKind.Thaw,
        _ => command.Class == CommandClass.ReadOnly ? CommandKind.Read : CommandKind.Write,
    };

    /// <summary>What a frozen agent still takes (QEMU, qga/main.c, <c>ga_freeze_allowlist</c>).</summary>
    public static bool IsTakenWhileFrozen(EncodedCommand command) =>
        command.Name is "guest-ping" or "guest-info" or "guest-sync" or "guest-sync-delimited" or "guest-fsfreeze-status" or "guest-fsfreeze-thaw";
}
