using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>The <c>GUEST_*</c> events that this node derives: real agents send none. Shapes are those of the guest namespace's schema.</summary>
internal static class GuestEvents
{
    /// <summary>A new incarnation of the agent told who it is.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data) Startup(GuestInfoSnapshot guest) => ("GUEST_STARTUP", Encode(new JsonObject
    {
        ["os-type"] = guest.OsType,
        ["os-version"] = guest.OsVersion,
        ["agent-version"] = guest.AgentVersion,
    }));

    /// <summary>The agent that served until now is gone.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data) AgentLost(int incarnation, string reason) => ("GUEST_AGENT_LOST", Encode(new JsonObject
    {
        ["incarnation"] = incarnation,
        ["reason"] = reason,
    }));

    /// <summary>Another agent process serves now: pids and file handles of the one before mean nothing to it.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data) AgentRestarted(int incarnation) =>
        ("GUEST_AGENT_RESTARTED", Encode(new JsonObject { ["incarnation"] = incarnation }));

    /// <summary>The guest exceeded a budget, and its channel was closed.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data) Quarantined(GuestQuarantine quarantine, int incarnation) => ("GUEST_QUARANTINED", Encode(new JsonObject
    {
        ["kind"] = JsonNamingPolicy.KebabCaseLower.ConvertName(quarantine.Kind.ToString()),
        ["path"] = quarantine.Evidence.Count > 0 ? quarantine.Evidence[0].Path : "",
        ["incarnation"] = incarnation,
    }));

    /// <summary>The guest's filesystems were frozen or thawed, or nobody knows, or their thaw fails.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data) FreezeChanged(string state, LeaseMachine? machine)
    {
        var data = new JsonObject { ["state"] = state };
        if (machine?.Lease is { } lease)
        {
            data["lease"] = lease.Id;
            data["group"] = lease.Group;
            data["owner"] = lease.Owner;
            data["filesystems"] = machine.Filesystems;
        }
        if (machine is { Cause: { } cause, Phase: not LeasePhase.Frozen })
            data["cause"] = JsonNamingPolicy.KebabCaseLower.ConvertName(cause.ToString());
        if (machine?.Message is { } message)
            data["message"] = message;
        return ("GUEST_FSFREEZE_CHANGED", Encode(data));
    }

    /// <summary>A program has ended, as its agent says.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data) ExecCompleted(AgentEvents.ProgramEnded ended, int incarnation, string job)
    {
        var data = new JsonObject { ["pid"] = ended.Pid, ["incarnation"] = incarnation };
        if (ended.ExitCode is { } code)
            data["exitcode"] = code;
        else if (ended.Signal is { } signal)
            data["signal"] = signal;
        if (job.Length > 0)
            data["job"] = job;
        return ("GUEST_EXEC_COMPLETED", Encode(data));
    }

    /// <summary>What an event of QEMU's means for the guest; <see langword="null"/> if nothing of its own.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data)? Derive(QmpEvent happened) => happened.Name switch
    {
        "SHUTDOWN" when happened.Flag("guest") == true => ("GUEST_SHUTDOWN", Encode(new JsonObject { ["reason"] = happened.Text("reason") })),
        "RESET" when happened.Flag("guest") == true => ("GUEST_REBOOT", Encode(new JsonObject { ["reason"] = happened.Text("reason") })),
        _ => null,
    };

    private static ReadOnlyMemory<byte> Encode(JsonObject data) => JsonSerializer.SerializeToUtf8Bytes(data);
}
