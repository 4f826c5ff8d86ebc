namespace Orchestrator.Actors.Vms.Observation;

/// <summary>What of a guest can change without anybody being told: looked at only while somebody needs it.</summary>
[Flags]
public enum GuestAspects
{
    /// <summary>Nothing: no guest is asked anything.</summary>
    None = 0,

    /// <summary>Interfaces and their addresses (<c>GUEST_NETWORK_CHANGED</c>).</summary>
    Network = 1,

    /// <summary>Who is logged in (<c>GUEST_USERS_CHANGED</c>).</summary>
    Users = 2,

    /// <summary>What is mounted (<c>GUEST_FILESYSTEM_CHANGED</c>).</summary>
    Filesystems = 4,

    /// <summary>The ends of programs that their starter does not wait for (<c>GUEST_EXEC_COMPLETED</c>).</summary>
    Programs = 8,

    /// <summary>All of them.</summary>
    All = Network | Users | Filesystems | Programs,
}
