namespace Orchestrator.Protocol.Tests.Transport.Loop;

/// <summary>Something to do on a loop.</summary>
internal sealed class LoopWork(Action action) : IThreadPoolWorkItem
{
    public void Execute() => action();
}
