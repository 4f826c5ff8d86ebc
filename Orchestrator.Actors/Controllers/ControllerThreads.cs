using System.Collections.Concurrent;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// Threads of their own for controllers' code: a handler that blocks its thread instead of awaiting takes one of these, and none of the pool, where heartbeats of
/// the cluster, all actors and all sockets are. What awaits goes on here, unless it says otherwise. One for the process; the first calls make a thread each.
/// </summary>
internal sealed class ControllerThreads : TaskScheduler
{
    /// <summary>Handlers that run, or block, at a time; those that await take none.</summary>
    public const int Width = 16;

    /// <summary>The process's.</summary>
    public static readonly ControllerThreads Instance = new();

    private readonly BlockingCollection<Task> _waiting = [];
    private int _threads;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => Width;

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        _waiting.Add(task);
        if (Volatile.Read(ref _threads) >= Width)
            return;
        if (Interlocked.Increment(ref _threads) <= Width)
            new Thread(Run) { IsBackground = true, Name = "controllers" }.Start();
        else
            Interlocked.Decrement(ref _threads);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _waiting];

    private void Run()
    {
        while (true)
            TryExecuteTask(_waiting.Take());
    }
}
