using Akka.Actor;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Actors.Tests;

/// <summary>
/// An actor system whose timers, and the sessions' clock, stand still until <see cref="Advance(TimeSpan)"/>. Waiting is only for what must happen:
/// its limit is there against hanging.
/// </summary>
public abstract class ActorTest : Akka.TestKit.Xunit2.TestKit
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const string Config =
        """
        akka.scheduler.implementation = "Orchestrator.Actors.Tests.FakeTimeScheduler, Orchestrator.Actors.Tests"
        akka.actor.serialize-messages = on
        akka.actor.serializers.wire = "Orchestrator.Actors.Clustering.Wire.WireSerializer, Orchestrator.Actors"
        akka.actor.serialization-bindings."Orchestrator.Actors.Clustering.Wire.IWireMessage, Orchestrator.Actors" = wire
        akka.loglevel = ERROR
        akka.test.single-expect-default = 20s
        """;

    protected ActorTest()
        : this("")
    {
    }

    /// <param name="settings">Further settings of Akka.</param>
    private protected ActorTest(string settings)
        : base($"{Config}\n{LateTurns.Settings}\n{settings}")
    {
    }

    protected FakeTimeProvider Time => ((FakeTimeScheduler)Sys.Scheduler).Time;

    /// <summary>Lets time pass once every actor has dealt with what it has got: a timer that one is about to start counts from before.</summary>
    protected void Advance(TimeSpan by)
    {
        SettleAll();
        Time.Advance(by);
    }

    protected void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Waits until the actor has dealt with everything that lies in its mailbox now.</summary>
    protected static Task SettleAsync(IActorRef actor) => actor.Ask<ActorIdentity>(new Identify(null), Limit);

    /// <summary>Lets time pass in steps until something has happened whose moment does not matter. On a busy machine a step takes as much longer as the actors do, so that peers are not found silent.</summary>
    protected async Task<T> AdvanceUntilAsync<T>(Task<T> happened, double step)
    {
        await AdvanceUntilAsync((Task)happened, step);
        return await happened;
    }

    /// <summary>Lets time pass in steps until something has happened whose moment does not matter. On a busy machine a step takes as much longer as the actors do, so that peers are not found silent.</summary>
    protected async Task AdvanceUntilAsync(Task happened, double step)
    {
        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); clock.GetElapsedTime(start) < Limit && !happened.IsCompleted;)
        {
            Advance(step);
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(2), clock));
            await SettleAllAsync();
        }
        await happened.WaitAsync(TimeSpan.FromSeconds(1), clock);
    }

    protected static Task<T> InTime<T>(Task<T> task) => task.WaitAsync(Limit, TimeProvider.System);

    /// <summary>Every actor has dealt with what it has got; twice, so that what a child told its parent is dealt with too.</summary>
    protected async Task SettleAllAsync()
    {
        for (var round = 0; round < 2; round++)
            await Task.WhenAll(Everyone((ActorRefWithCell)((ExtendedActorSystem)Sys).Guardian).Select(SettleOrEndAsync)).ConfigureAwait(false);
    }

    /// <summary>One that stops meanwhile has nothing more to deal with, and may leave the question unanswered.</summary>
    private static async Task SettleOrEndAsync(ActorRefWithCell actor)
    {
        try
        {
            var answer = actor.Ask<ActorIdentity>(new Identify(null), Limit);
            while (!actor.IsTerminated && await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System)).ConfigureAwait(false) != answer)
            {
                // Asked again whether it is there.
            }
            if (!actor.IsTerminated)
                await answer.ConfigureAwait(false);
        }
        catch (AskTimeoutException late)
        {
            throw new TimeoutException($"{actor.Path} has not dealt with what it has got", late);
        }
    }

    private void SettleAll() => SettleAllAsync().GetAwaiter().GetResult();

    private static IEnumerable<ActorRefWithCell> Everyone(ActorRefWithCell parent) => parent.Children.OfType<ActorRefWithCell>().SelectMany(child => Everyone(child).Prepend(child));
}
