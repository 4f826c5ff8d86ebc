using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>A lease that another node's VM has, as its group knows it. Owned by <see cref="RemoteLeases"/>.</summary>
internal sealed class RemoteLease(string path, VmSnapshot vm)
{
    /// <summary>Of the VM's actor, without the node's address.</summary>
    public string Path => path;

    /// <summary>The VM as it was last seen.</summary>
    public VmSnapshot Vm { get; set; } = vm;

    /// <summary>How it is to stand.</summary>
    public LeaseWant Want { get; set; }

    /// <summary>As it was given; <see langword="null"/> before.</summary>
    public FreezeLease? Given { get; set; }

    /// <summary>Why it is to be thawed.</summary>
    public ThawCause Cause { get; set; }

    /// <summary>The newest extension that was wanted.</summary>
    public int Extension { get; set; }

    /// <summary>By which time.</summary>
    public TimeSpan? ExtendBy { get; set; }

    /// <summary>Whether the newest extension is not answered yet.</summary>
    public bool IsExtending { get; set; }

    /// <summary>What its node told last.</summary>
    public LeaseReport? Report { get; set; }

    /// <summary>When it was frozen, on this node's counter; 0 before.</summary>
    public long FrozenAt { get; set; }

    /// <summary>Whether an order of it may have come to its node.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whether no more will come of it.</summary>
    public bool HasEnded => Report is { } report && LeaseReports.HasEnded(report);

    /// <summary>Whether its node is to be told of it.</summary>
    public bool IsDue => !HasEnded && (IsExtending || !LeaseReports.Satisfies(Report, Want));

    /// <summary>The node's process is another one. What the one before it had begun is thawed there by itself, and is not begun again.</summary>
    public void ToOther()
    {
        if (!IsSent || HasEnded)
            return;
        Report = null;
        if (Want != LeaseWant.Thaw)
            Want = LeaseWant.Watch;
    }
}
