using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>The two QEMUs: found, asked what they have, and looked at again after a restart of the node.</summary>
internal sealed partial class MigrationActor
{
    /// <summary>For a destination that is running already: its VM's directory may have been made a moment ago.</summary>
    private static readonly TimeSpan RunningPatience = TimeSpan.FromSeconds(10);

    /// <summary>Looks at a migration that was told to end, 100 ms apart.</summary>
    private const int RecoveryTries = 50;

    private async Task<DriveSignals.Found> FindAsync(VmSnapshot vm, CancellationToken cancellationToken)
    {
        var (destinations, starter, to) = (_environment.Destinations, _environment.Starter, _snapshot.Spec.To);
        if (await destinations.FindAsync(vm, to, starter is null ? RunningPatience : TimeSpan.Zero, cancellationToken).ConfigureAwait(false) is { } running)
            return new DriveSignals.Found(running, IsOurs: false, null);
        if (starter is null)
            return new DriveSignals.Found(null, false, $"no QEMU with this VM's UUID waits for a migration on '{to}': start one with the same hardware, -uuid and '-incoming defer', or say how one is started (migration: start: in the configuration)");
        if (await starter.StartAsync(PlacesOf(_snapshot), cancellationToken).ConfigureAwait(false) is { } trouble)
            return new DriveSignals.Found(null, false, $"the destination on '{to}' was not started: {trouble}");
        var started = await destinations.FindAsync(vm, to, MigrationMachine.PreparePatience, cancellationToken).ConfigureAwait(false);
        return new DriveSignals.Found(started, IsOurs: true, started is null ? $"the program of 'migration: start:' said that it started a destination, and no QEMU with this VM's UUID waits for a migration on '{to}'" : null);
    }

    private void OnFound(DriveSignals.Found found)
    {
        if (found.Peer is not { } peer)
        {
            Take(new MigrationInput.Rejected(new Rejection(Phase.Undelivered, Reasons.NoDestination, found.Trouble!)));
            return;
        }
        _destination = peer;
        peer.Follow(Self);
        Show(_snapshot with { Destination = peer.Name });
        Take(new MigrationInput.Found(found.IsOurs));
    }

    private static async Task<DriveSignals.Checked> CheckAsync(IMigrationPeer source, IMigrationPeer destination)
    {
        var answers = await Task.WhenAll(new[] { source, destination }.SelectMany(peer => MigrationFacts.Questions.Select(question => peer.AskAsync(question, MigrationMachine.AnswerPatience)))).ConfigureAwait(false);
        var (of, trouble) = MigrationFacts.Read($"the source {source.Name}", answers[..MigrationFacts.Questions.Count]);
        var (to, otherTrouble) = MigrationFacts.Read($"the destination {destination.Name}", answers[MigrationFacts.Questions.Count..]);
        return new DriveSignals.Checked(of, to, trouble ?? otherTrouble);
    }

    private void OnChecked(DriveSignals.Checked told)
    {
        if (told.Trouble is { } trouble)
        {
            Take(new MigrationInput.Rejected(new Rejection(Phase.Undelivered, Reasons.QemuUnresponsive, $"{trouble}: nothing was changed")));
            return;
        }
        var (plan, rejection) = DriveRules.PlanOf(_snapshot.Spec, told.Source!, told.Destination!, PlacesOf(_snapshot), _environment.Uri);
        Take(plan is null ? new MigrationInput.Rejected(rejection!) : new MigrationInput.Planned(plan));
    }

    /// <summary>
    /// The node was stopped while this may have been under way: QEMU tells. One that is not done is given up, since it would stand still at its switchover for ever.
    /// </summary>
    private void Recover()
    {
        RecoverAsync(_source, _environment.Time).PipeTo(Self, success: verdict => new DriveSignals.GiveUp(verdict));
    }

    private static async Task<Verdict> RecoverAsync(IMigrationPeer source, TimeProvider time)
    {
        var answer = await source.AskAsync(MigrationFacts.Questions[3], MigrationMachine.AnswerPatience).ConfigureAwait(false);
        if (MigrationStatus.Read(answer) is not { } status)
            return new Verdict(Phase.Unknown, Reasons.NodeStopped, Effect.Unknown, $"the node was stopped meanwhile, and the source does not tell: {DriveRules.Words(answer)}");
        if (status.Status == "completed")
            return new Verdict(Phase.Succeeded, null, Effect.Applied, "the node was stopped meanwhile; the source says that it is done: its QEMU was left as it is");
        if (status.Status.StartsWith("postcopy", StringComparison.Ordinal))
            return new Verdict(Phase.Unknown, Reasons.NodeStopped, Effect.Applied, "the node was stopped meanwhile; the guest runs at the destination and fetches its memory");
        if (status.IsUnderWay)
            await source.AskAsync(EncodedCommand.ForQmp("migrate_cancel"), MigrationMachine.AnswerPatience).ConfigureAwait(false);
        for (var tries = 0; tries < RecoveryTries && status is { IsUnderWay: true }; tries++)
        {
            await Task.Delay(PollPause, time).ConfigureAwait(false);
            status = MigrationStatus.Read(await source.AskAsync(MigrationFacts.Questions[3], MigrationMachine.AnswerPatience).ConfigureAwait(false));
        }
        foreach (var command in DriveRules.Unattended)
            await source.AskAsync(command, MigrationMachine.AnswerPatience).ConfigureAwait(false);
        return new Verdict(Phase.Failed, Reasons.NodeStopped, Effect.None, "the node was stopped meanwhile, and the migration was given up: the guest goes on at the source");
    }

    private static string? RunStateOf(CommandResult answer) =>
        answer is CommandResult.Returned returned && JsonElement.Parse(returned.Value.Span).TryGetProperty("status", out var status) ? status.GetString() : null;
}
