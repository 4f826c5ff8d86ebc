using System.Text;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using static Orchestrator.Actors.Tests.Freezing.LeaseSamples;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class LeaseRulesTests
{
    private static readonly GuestInfoSnapshot Windows = new("windows", "Windows Server 2022", "7.2.22");
    private static readonly GuestInfoSnapshot Linux = new("linux", "Debian GNU/Linux 12", "7.2.22");
    private static readonly EncodedCommand Freeze = EncodedCommand.ForGuest("guest-fsfreeze-freeze");

    [Fact]
    public void Windows_thaws_by_itself_so_its_lease_is_no_longer_than_that()
    {
        Assert.Equal(Start.AddSeconds(10), LeaseRules.Cap(Lease(), Windows, Start).Deadline);
        Assert.Equal(Start.AddSeconds(5), LeaseRules.Cap(Lease(ttl: 5), Windows, Start).Deadline);
        Assert.Equal(Start.AddSeconds(60), LeaseRules.Cap(Lease(), Linux, Start).Deadline);
        Assert.Equal(Start.AddSeconds(60), LeaseRules.Cap(Lease(), null, Start).Deadline);
    }

    [Fact]
    public void A_heartbeat_extends_from_now_except_where_the_guest_thaws_by_itself()
    {
        Assert.Equal(Start.AddSeconds(130), LeaseRules.Extended(Lease(), TimeSpan.FromSeconds(90), Linux, Start.AddSeconds(40)).Deadline);
        Assert.Equal(Lease(), LeaseRules.Extended(Lease(), TimeSpan.FromSeconds(90), Windows, Start.AddSeconds(4)));
    }

    [Fact]
    public void Answers_to_a_freeze_are_told_apart()
    {
        Assert.Equal(new LeaseInput.FreezeEnded(FreezeEnd.Frozen, 3), Of(Returned("3")));
        Assert.Equal(FreezeEnd.NotTaken, Of(new CommandResult.Refused(new CommandError("CommandNotFound", "the agent is in frozen state"))).End);
        Assert.Equal((FreezeEnd.Failed, "GuestError"), (Of(Generic).End, Of(Generic).Reason));
        Assert.Equal(FreezeEnd.NotSent, Of(new CommandResult.NoReply(NoReplyCause.NotReady, false, "")).End);
        Assert.Equal(FreezeEnd.Unknown, Of(new CommandResult.NoReply(NoReplyCause.DeadlinePassed, true, "")).End);
        Assert.Equal(FreezeEnd.Unknown, Of(new CommandResult.NoReply(NoReplyCause.ConnectionLost, true, "")).End);
    }

    [Fact]
    public void Only_an_answer_confirms_a_thaw()
    {
        Assert.Null(LeaseRules.OfThaw(Returned("0")).Failure);
        Assert.Contains("refuses", LeaseRules.OfThaw(Generic).Failure);
        Assert.Contains("not confirmed", LeaseRules.OfThaw(new CommandResult.NoReply(NoReplyCause.DeadlinePassed, true, "silence")).Failure);
    }

    [Fact]
    public void A_status_says_frozen_thawed_or_nothing()
    {
        Assert.True(LeaseRules.IsFrozen(Returned("\"frozen\"")));
        Assert.False(LeaseRules.IsFrozen(Returned("\"thawed\"")));
        Assert.Null(LeaseRules.IsFrozen(Generic));
    }

    [Theory]
    [InlineData(LeasePhase.Thawed, FreezeState.Thawed)]
    [InlineData(LeasePhase.Prepared, FreezeState.Thawed)]
    [InlineData(LeasePhase.Freezing, FreezeState.Freezing)]
    [InlineData(LeasePhase.FreezeUnknown, FreezeState.Freezing)]
    [InlineData(LeasePhase.Frozen, FreezeState.Frozen)]
    [InlineData(LeasePhase.ThawFailed, FreezeState.Thawing)]
    internal void The_condition_follows_the_lease(LeasePhase phase, FreezeState state) => Assert.Equal(state, LeaseRules.StateOf(phase, frozenByOthers: false));

    [Fact]
    public void Anothers_freeze_shows_only_without_a_freeze_of_ours()
    {
        Assert.Equal(FreezeState.FrozenForeign, LeaseRules.StateOf(LeasePhase.Recording, frozenByOthers: true));
        Assert.Equal(FreezeState.Frozen, LeaseRules.StateOf(LeasePhase.Frozen, frozenByOthers: true));
    }

    private static CommandResult.Refused Generic => new(new CommandError("GenericError", "failed to freeze /"));

    private static CommandResult.Returned Returned(string json) => new(Encoding.UTF8.GetBytes(json));

    private static LeaseInput.FreezeEnded Of(CommandResult result) => LeaseRules.OfFreeze(result, Freeze, new VmCondition { Qmp = QmpLink.Online, Agent = AgentState.Ready, RunState = "running" });
}
