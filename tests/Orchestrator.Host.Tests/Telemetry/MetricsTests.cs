using System.Diagnostics.Metrics;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Host.Telemetry;
using Orchestrator.Host.Tests.Docs;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.Host.Tests.Webhooks;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary><c>GET /metrics</c> of a node that has done a little of everything, and the list in docs/OPERATIONS.md.</summary>
[Collection(nameof(TelemetryTests))]
public sealed partial class MetricsTests : IAsyncLifetime
{
    private const string Config = """
        host: node1
        controllers:
          - name: facts
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeVm _web1 = new("web1", new Guid("00000000-0000-4000-8000-000000000001"));
    private readonly FakeVm _db1 = new("db1", new Guid("00000000-0000-4000-8000-0000000000d1")) { HasAgent = false };
    private ServedNode _node = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _node = await ServedNode.StartAsync(Config);
        await _node.AddAsync(_web1, _db1);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Documented_metrics_are_those_that_a_node_exports()
    {
        var documented = Documented();
        await PostAsync("v1/jobs", """{"target":"*","command":"guest-ping"}""");
        await PostAsync("v1/subscriptions", $$"""{"url":"{{_receiver.Url}}","type":["RTC_*"]}""");
        await _db1.HappenAsync("RTC_CHANGE", """{"offset": 1, "qom-path": "x"}""");
        await _receiver.NextAsync();

        await Eventually.TrueAsync(async () => Own(await Scrape.OfAsync(_node.Http)).Count >= documented.Count, Patience, "everything is exported");
        var scrape = await Scrape.OfAsync(_node.Http);

        Assert.Equal(documented.Keys.Order(StringComparer.Ordinal), Own(scrape).Order(StringComparer.Ordinal));
        Assert.All(documented, metric => Assert.Equal((metric.Key, metric.Value.Type, metric.Value.Labels), (metric.Key, scrape.Types[metric.Key], string.Join(", ", scrape.LabelsOf(metric.Key)))));
        Assert.Contains("dotnet_thread_pool_queue_length_total", scrape.Types.Keys);
        Assert.Contains("http_server_request_duration_seconds", scrape.Types.Keys);
    }

    [Fact]
    public async Task Outcomes_and_vms_are_counted_and_nothing_is_labelled_with_a_name()
    {
        var before = await Scrape.OfAsync(_node.Http);

        var job = await PostAsync("v1/jobs", """{"target":"*","command":"guest-get-time"}""");

        await Eventually.TrueAsync(async () => (await Scrape.OfAsync(_node.Http))["orchestrator_jobs_ended_total", ("phase", "Partial")] > before["orchestrator_jobs_ended_total", ("phase", "Partial")], Patience, "the job is counted");
        var after = await Scrape.OfAsync(_node.Http);
        double Grown(string name, params (string, string)[] labels) => after[name, labels] - before[name, labels];
        Assert.Equal((1, 1), (Grown("orchestrator_outcomes_total", ("phase", "Succeeded"), ("reason", "")), Grown("orchestrator_outcomes_total", ("phase", "Undelivered"), ("reason", "AgentAbsent"))));
        Assert.Equal(1, Grown("orchestrator_command_duration_seconds_count", ("route", "Guest")));
        Assert.Equal((1, 1), (after["orchestrator_vms", ("state", "Running"), ("agent", "Ready")], after["orchestrator_vms", ("state", "Running"), ("agent", "None")]));
        Assert.Equal((2, 42), (after["orchestrator_vms"], after.SeriesOf("orchestrator_vms")));
        Assert.Equal(0, after["orchestrator_invocations_pending"]);
        Assert.Equal(0, after["orchestrator_jobs_running"]);
        Assert.DoesNotContain(after.LabelValues, value => value.Contains("web1", StringComparison.Ordinal) || value.Contains(job.GetProperty("id").GetString()!, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_class_with_instruments_is_known_to_who_makes_them_all()
    {
        var classes = ((Assembly[])[typeof(ProductMetrics).Assembly, typeof(HostMetrics).Assembly])
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Any(field => field.FieldType == typeof(Tally) || field.FieldType == typeof(Tallies) || field.FieldType == typeof(Histogram<double>)));
        Type[] known = [.. (Type[])typeof(ProductMetrics).GetField("Classes", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!, .. HostMetrics.Classes];

        Assert.Empty(classes.Except(known));
        Assert.True(known.Length >= 11);
    }

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var answer = await _node.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK or HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    private static List<string> Own(Scrape scrape) => [.. scrape.Types.Keys.Where(name => name.StartsWith("orchestrator_", StringComparison.Ordinal))];

    private static Dictionary<string, (string Type, string Labels)> Documented()
    {
        var rows = Row().Matches(Repository.Read("docs/OPERATIONS.md"));
        Assert.True(rows.Count > 30);
        return rows.ToDictionary(row => row.Groups[1].Value, row => (row.Groups[2].Value, string.Join(", ", row.Groups[3].Value.Replace("`", "").Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))));
    }

    [GeneratedRegex(@"^\| `(orchestrator_[a-z_]+)` \| (\w+) \| \w+ \| ((?:`\w+`(?:, )?)*) ?\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
