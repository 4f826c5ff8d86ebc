using Akka.Actor;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>The other QEMUs of the VM: destinations, and sources that were left.</summary>
internal sealed partial class VmActor
{
    private void OnJoin(MigrationCommands.Join join)
    {
        var spec = join.Side;
        if (spec.Name == _place.Name || _sides.Exists(side => side.Spec.Name == spec.Name))
            return;
        _sides.Add(new MigrationSide(spec, Context.ActorOf(QmpSessionActor.PropsFor(spec.Qmp, _settings with { Reconnect = _settings.ReconnectSide }), $"qmp-{++_sessions}")) { IsFenced = join.IsLeft });
        ConsiderMigration();
    }

    /// <summary>Its directory is gone. A source that the guest has left ends as it should: nothing is told of it.</summary>
    private void OnLeave(string name)
    {
        if (_sides.Find(side => side.Spec.Name == name) is { } side)
            Drop(side);
    }

    private void Drop(MigrationSide side)
    {
        _sides.Remove(side);
        Context.Stop(side.Qmp);
        ConsiderMigration();
    }

    private void Release(MigrationSide side)
    {
        Drop(side);
        Context.Parent.Tell(new MigrationEvents.Released(side.Spec.Name));
    }

    private void OnSide(MigrationSide side, object message)
    {
        switch (message)
        {
            case QmpEvents.Attached attached:
                side.Attachment++;
                side.Greeting = attached.Greeting;
                side.RunState = null;
                AskSide(side);
                break;
            case QmpEvents.Happened { Event: var happened }:
                OnSideEvent(side, happened);
                break;
            default:
                OnSideDetached(side);
                break;
        }
    }

    /// <summary>A destination that is gone before the guest was there is no longer of this VM, unless only it can have the guest.</summary>
    private void OnSideDetached(MigrationSide side)
    {
        var wasKnown = side.Greeting is not null;
        (side.Greeting, side.RunState) = (null, null);
        if (!wasKnown)
            return;
        AskStatus(_settings.QueryTimeout);
        side.AskedAtLoss = _lastQuestion;
        ConsiderMigration();
    }

    private void OnSideEvent(MigrationSide side, QmpEvent happened)
    {
        if (side.IsFenced)
        {
            if (VmCondition.ChangesRunState(happened))
                AskSide(side);
            return;
        }
        side.Withhold(happened);
        side.News++;
        side.HasToldPort |= happened.Name == "VSERPORT_CHANGE" && happened.Text("id") == _port?.Id;
        if (happened.Name is "RESUME")
            side.RunState = "running";
        else if (VmCondition.ChangesRunState(happened))
            AskSide(side);
        ConsiderMigration();
    }

    private void AskSide(MigrationSide side)
    {
        var (attachment, news) = (side.Attachment, side.News);
        MigrationQuestions.WhoAsync(new QmpChannel(side.Qmp, _settings.Time), _settings.QueryTimeout)
            .PipeTo(Self, success: who => new MigrationSignals.SideTold(side, attachment, news, who.Uuid, who.RunState));
    }

    private void OnSideTold(MigrationSignals.SideTold told)
    {
        var side = told.Side;
        if (told.Attachment != side.Attachment || !_sides.Contains(side) || told.RunState is null)
            return;
        if (told.News != side.News)
        {
            AskSide(side);
            return;
        }
        if (told.Uuid is { } uuid && _uuid is { } own && uuid != own)
        {
            Release(side);
            return;
        }
        var wasWaiting = MigrationRules.AwaitsGuest(side.RunState);
        side.RunState = told.RunState;
        // Left behind before this actor began.
        if (side is { IsFenced: false, RunState: "postmigrate" })
            (side.IsFenced, side.FencedAt) = (true, side.Attachment);
        if (MigrationRules.AwaitsGuest(side.RunState) && !wasWaiting)
            OnDestination(side);
        ConsiderMigration();
    }

    /// <summary>It awaits the guest: the other way round too, where the guest has come from.</summary>
    private void OnDestination(MigrationSide side)
    {
        side.IsFenced = false;
        side.HasToldPort = false;
        side.TakeWithheld();
        _ = MigrationQuestions.WantEventsAsync(new QmpChannel(side.Qmp, _settings.Time), _settings.QueryTimeout);
        _ = MigrationQuestions.WantEventsAsync(QmpChannel, _settings.QueryTimeout);
        if (side.Spec.Agent is { } agent)
            _agent?.Tell(new AgentCommands.Attend(agent));
        if (!IsAgentProcessTold)
            AskAnyAgentProcess();
    }
}
