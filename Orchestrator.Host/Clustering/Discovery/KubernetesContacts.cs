using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering.Discovery;

/// <summary>The running pods with the labels of the cluster, by their addresses. One request: <c>GET /api/v1/namespaces/NAMESPACE/pods</c>.</summary>
/// <param name="pods">Which ones.</param>
/// <param name="server">Finds the API server; asked at each attempt.</param>
internal sealed class KubernetesContacts(KubernetesOptions pods, Func<KubernetesServer> server) : IContactSource
{
    /// <summary>A pod's description has some 10 KB, and managers add to it.</summary>
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public string Name { get; } = $"kubernetes:{pods.Selector}";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodeAddress>> FindAsync(CancellationToken cancellationToken)
    {
        var api = server();
        var space = pods.Namespace ?? api.Read("namespace");
        using var http = new HttpClient(api.Handler()) { BaseAddress = api.Address, MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", api.Read("token"));
        var path = $"api/v1/namespaces/{Uri.EscapeDataString(space)}/pods?labelSelector={Uri.EscapeDataString(pods.Selector)}&fieldSelector=status.phase%3DRunning&limit={ClusterContacts.MostOfOne}";
        try
        {
            using var answer = await http.GetAsync(path, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw Refused(answer.StatusCode, space);
            var list = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), KubernetesJson.Default.PodList);
            return Addresses(list, space);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new ContactException($"the Kubernetes API at {api.Address.Authority} does not tell its pods: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>A pod that is being deleted is about to leave.</summary>
    private NodeAddress[] Addresses(PodList? list, string space)
    {
        var nodes = (list?.Items ?? []).Where(pod => pod.Metadata?.DeletionTimestamp is null && pod.Status?.Phase == "Running")
            .Select(pod => HostOf(pod, space)).OfType<string>().Select(host => new NodeAddress(host, pods.Port)).Where(node => node.IsUsable).ToArray();
        return nodes.Length > 0 ? nodes : throw new ContactException($"no running pod of the namespace '{space}' has the labels '{pods.Selector}' of 'kubernetes'");
    }

    private string? HostOf(PodList.Pod pod, string space)
    {
        if (pods.Domain is { } domain && pod.Spec is { Hostname: { } name, Subdomain: { } service })
            return $"{name}.{service}.{space}.svc.{domain}";
        return IPAddress.TryParse(pod.Status?.PodIP, out var address) ? address.ToString() : null;
    }

    private static ContactException Refused(HttpStatusCode status, string space) => new(status switch
    {
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => $"the Kubernetes API refuses to list the pods of the namespace '{space}' ({(int)status}): give the pod's service account a role with 'list' on 'pods'",
        HttpStatusCode.BadRequest => $"the Kubernetes API does not take the label selector of 'kubernetes' ({(int)status})",
        _ => $"the Kubernetes API does not list the pods of the namespace '{space}' ({(int)status})",
    });
}

/// <summary>The part of Kubernetes's <c>PodList</c> that says where the pods are.</summary>
internal sealed record PodList(IReadOnlyList<PodList.Pod>? Items)
{
    internal sealed record Pod(PodMetadata? Metadata, PodSpec? Spec, PodStatus? Status);

    internal sealed record PodMetadata(string? DeletionTimestamp);

    internal sealed record PodSpec(string? Hostname, string? Subdomain);

    internal sealed record PodStatus(string? Phase, [property: JsonPropertyName("podIP")] string? PodIP);
}

/// <summary>Without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PodList))]
internal sealed partial class KubernetesJson : JsonSerializerContext;
