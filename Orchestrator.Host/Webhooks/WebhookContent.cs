using System.Net.Http.Headers;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Webhooks;

/// <summary>Events as a request's body (CloudEvents HTTP binding).</summary>
internal static class WebhookContent
{
    private static readonly MediaTypeHeaderValue One = new("application/cloudevents+json", "utf-8");
    private static readonly MediaTypeHeaderValue Several = new("application/cloudevents-batch+json", "utf-8");

    /// <summary>Its media type.</summary>
    public static MediaTypeHeaderValue TypeOf(DeliveryMode mode) => mode == DeliveryMode.Batched ? Several : One;

    /// <summary>Its bytes: the event, or an array of the events.</summary>
    public static byte[] BytesOf(DeliveryMode mode, IReadOnlyList<WebhookDocument> documents)
    {
        if (mode == DeliveryMode.Structured)
            return documents[0].Json.ToArray();
        using var body = new MemoryStream(documents.Sum(document => document.Json.Length + 1) + 1);
        var separator = (byte)'[';
        foreach (var document in documents)
        {
            body.WriteByte(separator);
            body.Write(document.Json.Span);
            separator = (byte)',';
        }
        body.WriteByte((byte)']');
        return body.ToArray();
    }
}
