using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Orchestrator.Actors.Dispatch;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Actors.Tests.Dispatch;

/// <summary>Actors whose dispatcher is a loop.</summary>
public sealed class LoopExecutorsTests
{
    private const string LoopName = "loop-under-test";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly BootstrapSetup Settings = BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString($$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        loop-dispatcher {
          type = Dispatcher
          executor = "{{typeof(LoopExecutors).FullName}}, {{typeof(LoopExecutors).Assembly.GetName().Name}}"
        }
        """));

    [Fact]
    public async Task Turns_are_on_the_loop_and_those_of_others_are_not()
    {
        using var loop = new SocketLoop(LoopName);
        var system = ActorSystem.Create("on-loop", ActorSystemSetup.Create(Settings, new LoopSetup(loop)));
        var onLoop = system.ActorOf(Props.Create(() => new Telling()).WithDispatcher("loop-dispatcher"));
        var elsewhere = system.ActorOf(Props.Create(() => new Telling()));

        Assert.Equal(LoopName, await onLoop.Ask<string>("where?", Limit));
        Assert.NotEqual(LoopName, await elsewhere.Ask<string>("where?", Limit));

        // One that fails is begun anew, there again.
        onLoop.Tell(new InvalidOperationException("as it was told"));
        Assert.Equal(LoopName, await onLoop.Ask<string>("where?", Limit));
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task Loop_that_has_ended_keeps_no_actor_from_stopping()
    {
        var loop = new SocketLoop(LoopName);
        var system = ActorSystem.Create("after-loop", ActorSystemSetup.Create(Settings, new LoopSetup(loop)));
        var actor = system.ActorOf(Props.Create(() => new Telling()).WithDispatcher("loop-dispatcher"));
        await actor.Ask<string>("where?", Limit);
        loop.Dispose();
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task System_without_a_loop_says_what_it_lacks()
    {
        var system = ActorSystem.Create("no-loop", ActorSystemSetup.Create(Settings));
        try
        {
            var error = Assert.ThrowsAny<Exception>(() => system.Dispatchers.Lookup("loop-dispatcher"));
            Assert.Contains(nameof(LoopSetup), error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            await system.Terminate();
        }
    }

    private sealed class Telling : ReceiveActor
    {
        public Telling()
        {
            Receive<string>(_ => Sender.Tell(Thread.CurrentThread.Name ?? ""));
            Receive<Exception>(error => throw error);
        }
    }
}
