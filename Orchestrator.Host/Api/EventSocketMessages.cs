using System.Net.WebSockets;
using Microsoft.AspNetCore.Mvc;

namespace Orchestrator.Host.Api;

/// <summary>A message of a client of <c>/v1/ws</c>: exactly one of its members.</summary>
public sealed record EventSocketRequest
{
    /// <summary>Begins a subscription.</summary>
    public EventRequest? Subscribe { get; init; }

    /// <summary>The client is ready for more.</summary>
    public EventCredit? Credit { get; init; }

    /// <summary>Ends a subscription.</summary>
    public EventSubscriptionName? Unsubscribe { get; init; }
}

/// <summary>How much more a client is ready for.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="More">From 1 up.</param>
public sealed record EventCredit(string Id, int More);

/// <summary>Names a subscription.</summary>
/// <param name="Id">As the client called it.</param>
public sealed record EventSubscriptionName(string Id);

/// <summary>A message to a client of <c>/v1/ws</c>: exactly one member besides <see cref="Id"/>.</summary>
public sealed record EventSocketMessage
{
    /// <summary>The subscription.</summary>
    public required string Id { get; init; }

    /// <summary>What happened, a VM as it is, or that a log does not answer, or does again.</summary>
    public EventView? Event { get; init; }

    /// <summary>Which events are missing.</summary>
    public GapView? Gap { get; init; }

    /// <summary>All that there was has been told.</summary>
    public EventCaughtUp? Caughtup { get; init; }

    /// <summary>Why the subscription does not begin, or has ended.</summary>
    public ProblemDetails? Error { get; init; }

    internal static EventSocketMessage Of(string id, EventItem item) => item.Kind switch
    {
        EventItem.Gap => new() { Id = id, Gap = (GapView)item.View.Data! },
        EventItem.CaughtUp => new() { Id = id, Caughtup = new EventCaughtUp(item.Cursor!) { Without = (item.View.Data as CaughtUpView)?.Without } },
        _ => new() { Id = id, Event = item.View },
    };
}

/// <summary>Where a subscription stands.</summary>
/// <param name="Cursor">To read on behind it.</param>
public sealed record EventCaughtUp(string Cursor)
{
    /// <summary>VmHosts whose logs do not answer; left out if all do.</summary>
    public IReadOnlyList<string>? Without { get; init; }
}

/// <summary>A client broke the rules of <c>/v1/ws</c>.</summary>
internal sealed class EventSocketException(WebSocketCloseStatus status, string reason) : Exception(reason)
{
    public WebSocketCloseStatus Status { get; } = status;
}
