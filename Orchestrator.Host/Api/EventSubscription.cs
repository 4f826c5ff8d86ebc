using System.Net.WebSockets;
using Akka.Actor;
using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Api;

/// <summary>One subscription of a WebSocket: it reads only while it has credit, and sends a message for each unit of it.</summary>
internal sealed class EventSubscription : IAsyncDisposable
{
    /// <summary>Most that a client may be ready for.</summary>
    public const int MaxCredit = 1_000_000;

    private readonly string _id;
    private readonly Func<EventSocketMessage, Task> _send;
    private readonly SemaphoreSlim _credit;
    private readonly CancellationTokenSource _ended = new();
    private Task _running = Task.CompletedTask;
    private bool _hasCredit;

    private EventSubscription(string id, int credit, Func<EventSocketMessage, Task> send) => (_id, _send, _credit) = (id, send, new SemaphoreSlim(credit, MaxCredit));

    /// <summary>Whether it ended by itself.</summary>
    public bool HasEnded => _running.IsCompleted;

    /// <summary>Begins it: its place in the stream is taken at once, whatever its credit.</summary>
    /// <param name="request">Its id and first credit.</param>
    /// <param name="open">Begins its feed.</param>
    /// <param name="streams">Where it takes its place.</param>
    /// <param name="send">Sends a message; throws when the socket has ended.</param>
    public static EventSubscription Begin(EventRequest request, Func<CancellationToken, Task<EventFeed>> open, EventStreams streams, Func<EventSocketMessage, Task> send)
    {
        var subscription = new EventSubscription(request.Id!, request.Credit, send);
        subscription._running = subscription.RunAsync(open, streams);
        return subscription;
    }

    /// <summary>Adds credit; false if that would be too much.</summary>
    public bool TryGive(int more)
    {
        if (more > MaxCredit - _credit.CurrentCount)
            return false;
        // Only the socket's own reader adds: what is taken meanwhile makes more room.
        _credit.Release(more);
        return true;
    }

    /// <summary>Ends it and waits until nothing more is sent.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _ended.Dispose();
        _credit.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task<EventFeed>> open, EventStreams streams)
    {
        try
        {
            using var place = streams.Take();
            using var feed = await open(_ended.Token).ConfigureAwait(false);
            await FollowAsync(feed).ConfigureAwait(false);
        }
        catch (RequestException e)
        {
            await EndAsync(e).ConfigureAwait(false);
        }
        catch (EventReadException e)
        {
            await EndAsync(Problems.Unreadable(e)).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            await EndAsync(new RequestException("no-answer", "this node is overloaded: subscribe again")).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The subscription or the socket has ended.
        }
    }

    private async Task FollowAsync(EventFeed feed)
    {
        while (!feed.HasEnded)
        {
            await TakeCreditAsync().ConfigureAwait(false);
            foreach (var item in await feed.ReadAsync(_ended.Token).ConfigureAwait(false))
            {
                if (item.Kind != EventItem.CaughtUp)
                {
                    await TakeCreditAsync().ConfigureAwait(false);
                    _hasCredit = false;
                }
                _ended.Token.ThrowIfCancellationRequested();
                await _send(EventSocketMessage.Of(_id, item)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Has a unit of credit in hand, which the next message uses up.</summary>
    private async Task TakeCreditAsync()
    {
        if (!_hasCredit)
            await _credit.WaitAsync(_ended.Token).ConfigureAwait(false);
        _hasCredit = true;
    }

    private async Task EndAsync(RequestException e)
    {
        try
        {
            await _send(new EventSocketMessage { Id = _id, Error = Problems.Details(e) }).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsEnd(failure))
        {
            // Nobody is there to be told.
        }
    }

    private static bool IsEnd(Exception e) => e is OperationCanceledException or WebSocketException or ObjectDisposedException or InvalidOperationException;
}
