using Akka.Configuration;
using Akka.Dispatch;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Actors.Dispatch;

/// <summary>A dispatcher's <c>executor</c>: its actors have their turns on the <see cref="SocketLoop"/> of the system's <see cref="LoopSetup"/>. What they do must not block.</summary>
public sealed class LoopExecutors : ExecutorServiceConfigurator
{
    private readonly SocketLoop _loop;

    /// <summary>Made by Akka, by name.</summary>
    /// <exception cref="InvalidOperationException">The actor system was made without a loop.</exception>
    public LoopExecutors(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        var setup = prerequisites.Settings.Setup.Get<LoopSetup>();
        _loop = setup.HasValue ? setup.Value.Loop : throw new InvalidOperationException($"a dispatcher on a loop needs a {nameof(LoopSetup)} in the setup of its actor system");
    }

    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new LoopExecutor(id, _loop);

    /// <summary>Its loop outlives it: others may use it, too.</summary>
    private sealed class LoopExecutor(string id, SocketLoop loop) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => loop.Post(run);

        public override void Shutdown()
        {
        }
    }
}
