using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.MessageQueues;
using Orchestrator.Actors.Mailboxes;

namespace Orchestrator.Actors.Tests;

public sealed class LinkedMessageQueueTests : ActorTest
{
    private readonly LinkedMessageQueue _queue = new();

    [Fact]
    public void Messages_leave_in_the_order_of_their_arrival()
    {
        Assert.False(_queue.HasMessages);
        Assert.False(_queue.TryDequeue(out _));

        Enqueue(1, 2);
        Assert.Equal((true, 2), (_queue.HasMessages, _queue.Count));
        Assert.Equal(1, Take());
        Enqueue(3);
        Assert.Equal((2, 3), (Take(), Take()));

        Assert.Equal((false, 0), (_queue.HasMessages, _queue.Count));
        Assert.False(_queue.TryDequeue(out _));
    }

    [Fact]
    public void Queue_keeps_no_message_that_was_taken()
    {
        var kept = EnqueueAndTake();

        GC.Collect();
        Assert.False(kept.IsAlive);
        Assert.False(_queue.HasMessages);
    }

    /// <summary>What ends a turn and what enqueues a message must not miss each other: nobody would begin the next turn.</summary>
    [Fact]
    public async Task No_message_waits_for_the_next_one_to_be_seen()
    {
        const int messages = 300_000;
        using var system = ActorSystem.Create("turns", ConfigurationFactory.ParseString($"akka.actor.default-mailbox.mailbox-type = \"{typeof(LinkedMailbox).AssemblyQualifiedName}\""));
        var (first, second) = (system.ActorOf(Props.Create(() => new Passing())), system.ActorOf(Props.Create(() => new Passing())));
        var done = new[] { new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource() };
        foreach (var end in done)
            first.Tell(new Ball(messages, second, end), second);

        await Task.WhenAll(done.Select(end => end.Task)).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
    }

    private sealed record Ball(int Left, IActorRef Other, TaskCompletionSource End);

    private sealed class Passing : ReceiveActor
    {
        public Passing() => Receive<Ball>(ball =>
        {
            if (ball.Left == 0)
                ball.End.SetResult();
            else
                ball.Other.Tell(ball with { Left = ball.Left - 1, Other = Self });
        });
    }

    [Fact]
    public async Task Many_threads_lose_nothing_and_each_keeps_its_order()
    {
        const int threads = 4, messages = 20_000;
        var writing = Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() =>
        {
            for (var number = 0; number < messages; number++)
                _queue.Enqueue(ActorRefs.Nobody, new Envelope((thread, number), ActorRefs.NoSender));
        })));
        var next = new int[threads];
        for (var taken = 0; taken < threads * messages;)
        {
            Assert.False(writing.IsCompleted && !_queue.HasMessages, $"only {taken} messages are there");
            if (!_queue.TryDequeue(out var envelope))
                continue;
            var (thread, number) = Assert.IsType<(int, int)>(envelope.Message);
            Assert.Equal(next[thread]++, number);
            taken++;
        }

        await writing;
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void What_an_actor_leaves_behind_goes_to_dead_letters()
    {
        var dead = new UnboundedMessageQueue();
        Enqueue(1, 2);

        _queue.CleanUp(ActorRefs.Nobody, dead);

        Assert.Equal((0, 2), (_queue.Count, dead.Count));
    }

    [Fact]
    public async Task Actors_of_a_node_have_it()
    {
        using var system = ActorSystem.Create("mailboxes", ConfigurationFactory.ParseString($"akka.actor.default-mailbox.mailbox-type = \"{typeof(LinkedMailbox).AssemblyQualifiedName}\""));
        var echo = system.ActorOf(Props.Create(() => new Echo()));

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => echo.Ask<int>(number, Limit)));

        Assert.Equal(Enumerable.Range(0, 1000), answers);
        Assert.IsType<LinkedMessageQueue>(Assert.IsAssignableFrom<ActorCell>(((ActorRefWithCell)echo).Underlying).Mailbox?.MessageQueue);
        await system.Terminate();
    }

    private void Enqueue(params int[] messages)
    {
        foreach (var message in messages)
            _queue.Enqueue(ActorRefs.Nobody, new Envelope(message, ActorRefs.NoSender));
    }

    private int Take() => _queue.TryDequeue(out var envelope) ? (int)envelope.Message : -1;

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference EnqueueAndTake()
    {
        var message = new object();
        _queue.Enqueue(ActorRefs.Nobody, new Envelope(message, ActorRefs.NoSender));
        Assert.True(_queue.TryDequeue(out var envelope));
        Assert.Same(message, envelope.Message);
        return new WeakReference(message);
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
