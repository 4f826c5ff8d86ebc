using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Api;

/// <summary>One node for all tests of the API: <c>db1</c> has no agent, <c>web1</c> and <c>web2</c> have one.</summary>
public sealed partial class ServedFleet : IAsyncLifetime
{
    internal FakeVm Db1 { get; } = new("db1", new Guid("00000000-0000-4000-8000-0000000000d1")) { HasAgent = false };

    internal FakeVm Web1 { get; } = new("web1", new Guid("00000000-0000-4000-8000-000000000001"));

    /// <summary>Its QEMU alone says what it understands.</summary>
    internal FakeVm Web2 { get; } = new("web2", new Guid("00000000-0000-4000-8000-000000000002"))
    {
        Introspection = """
            [{"name":"str","meta-type":"builtin","json-type":"string"},{"name":"[2]","meta-type":"array","element-type":"2"},
             {"name":"query-name","meta-type":"command","arg-type":"0","ret-type":"2"},{"name":"0","meta-type":"object","members":[]},
             {"name":"block-stream","meta-type":"command","arg-type":"1","ret-type":"[2]","features":["unstable"]},
             {"name":"1","meta-type":"object","members":[{"name":"device","type":"str"},{"name":"on-error","type":"3","default":null}]},
             {"name":"2","meta-type":"object","members":[{"name":"name","type":"str","default":null}]},{"name":"3","meta-type":"enum","values":["report","stop"]}]
            """.ReplaceLineEndings(""),
    };

    internal ServedNode Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Node = await ServedNode.StartAsync("host: node1\nlabels:\n  web*: {role: web}\n");
        await Node.AddAsync(Db1, Web1, Web2);
    }

    public async Task DisposeAsync() => await Node.DisposeAsync();

    internal async Task<Answer> GetAsync(string path, string? accept = null) => await SendAsync(HttpMethod.Get, path, null, accept);

    internal async Task<Answer> PostAsync(string path, string? body = null, string? accept = null, string? prefer = null) => await SendAsync(HttpMethod.Post, path, body, accept, prefer);

    /// <summary>Opens a stream whose end is not awaited.</summary>
    internal async Task<StreamReader> OpenAsync(string path, string accept = "application/x-ndjson", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await Node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(accept, answer.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>Starts a job and gives its id.</summary>
    internal async Task<string> StartJobAsync(string body)
    {
        var answer = await PostAsync("v1/jobs", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return answer.Json.GetProperty("id").GetString()!;
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string? accept, string? prefer = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (accept is not null)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        using var answer = await Node.Http.SendAsync(request);
        return new Answer(answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.Location?.ToString(), await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A whole answer.</summary>
    internal sealed partial record Answer(HttpStatusCode Status, string? MediaType, string? Location, string Body)
    {
        public JsonElement Json => JsonElement.Parse(Body);

        /// <summary>The body with what no two runs have in common replaced: job ids by <c>JOB</c>, times by <c>TIME</c>, durations by 0; places in traces are left out.</summary>
        public string Masked => Mask(Body);

        public string[] Lines => Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public static string Mask(string body) => Traces().Replace(Durations().Replace(Times().Replace(JobIds().Replace(body, "JOB"), "TIME"), "\"elapsedMs\":0"), "");

        /// <summary>Fails unless it is a problem with this code (RFC 9457).</summary>
        public void IsProblem(HttpStatusCode status, string code, string detail)
        {
            Assert.Equal(status, Status);
            Assert.Equal("application/problem+json", MediaType);
            Assert.Equal(code, Json.GetProperty("code").GetString());
            Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
            Assert.Contains(detail, Json.GetProperty("detail").GetString());
        }

        [GeneratedRegex(@",?""(?:traceparent|traceId)"":""[0-9a-f-]+""")]
        private static partial Regex Traces();

        [GeneratedRegex("01[0-9A-HJKMNP-TV-Z]{24}")]
        private static partial Regex JobIds();

        [GeneratedRegex(@"20\d\d-\d\d-\d\dT[0-9:.]+\+00:00")]
        private static partial Regex Times();

        [GeneratedRegex("\"elapsedMs\":[0-9.]+")]
        private static partial Regex Durations();
    }
}

/// <summary>Tests that share the <see cref="ServedFleet"/>, one after the other.</summary>
[CollectionDefinition(nameof(ServedFleet))]
public sealed class ServedFleetTests : ICollectionFixture<ServedFleet>;
