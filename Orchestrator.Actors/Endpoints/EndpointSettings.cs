using System.Collections.Frozen;

namespace Orchestrator.Actors.Endpoints;

/// <summary>Deadlines, limits and policy of the VMs' QMP endpoints.</summary>
public sealed record EndpointSettings
{
    /// <summary>Clock of every deadline.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Clients of one VM at a time; one more is told so and sent away.</summary>
    public int MaxClients { get; init; } = 32;

    /// <summary>How long a client waits for its greeting, which needs the version that the VM's QEMU tells when it is reached for the first time.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a command to QEMU waits while there is no session with it.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From the start of a guest command that only reads to its answer.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From the start of any other command to its answer.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Commands that are let pass although the policy denies them.</summary>
    public FrozenSet<string> Allowed { get; init; } = [];
}
