using Akka.Actor;

namespace Orchestrator.Actors;

/// <summary>
/// Readers that wait for news of an actor's growing list. They pull: a slow or dead reader costs its place here until the next news, and delays
/// nobody. Bounded; the longest waiting is sent away first, with the page it would get now.
/// </summary>
/// <typeparam name="TRead">The question they asked.</typeparam>
internal sealed class PageReaders<TRead>(int capacity)
{
    private readonly Queue<(IActorRef Reader, TRead Read)> _waiting = new();

    /// <summary>Readers that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Lets a reader wait; another may have to leave for it.</summary>
    public void Park(IActorRef reader, TRead read, Action<IActorRef, TRead> answer)
    {
        if (_waiting.Count >= capacity && _waiting.TryDequeue(out var longest))
            answer(longest.Reader, longest.Read);
        _waiting.Enqueue((reader, read));
    }

    /// <summary>There is news: everybody is answered.</summary>
    public void AnswerAll(Action<IActorRef, TRead> answer)
    {
        for (var count = _waiting.Count; count > 0; count--)
        {
            var (reader, read) = _waiting.Dequeue();
            answer(reader, read);
        }
    }
}
