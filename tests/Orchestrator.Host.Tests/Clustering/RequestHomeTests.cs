using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Tests.Api;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Which node answers what. A route that is added to the API without a decision here fails <see cref="Every_route_has_its_home"/>.</summary>
[Collection(nameof(ServedFleet))]
public sealed class RequestHomeTests(ServedFleet fleet)
{
    private const string Job = "01J00000000000000000000003";

    private static readonly RequestHome Here = new RequestHome.Here();
    private static readonly RequestHome NewJob = new RequestHome.OfNewJob();
    private static readonly RequestHome Control = new RequestHome.OfDuty(ClusterDuties.Control);
    private static readonly RequestHome TheVm = new RequestHome.OfVm("web1");
    private static readonly RequestHome TheJob = new RequestHome.OfDuty("jobs-3");

    private static readonly Dictionary<string, RequestHome> Homes = new(StringComparer.Ordinal)
    {
        ["get /healthz"] = Here,
        ["get /readyz"] = Here,
        ["get /v1/version"] = Here,
        ["get /v1/schemas"] = Here,
        ["get /v1/schemas/{name}"] = Here,
        ["get /v1/events"] = Here,
        ["get /v1/events/{id}"] = Here,
        ["get /v1/ws"] = Here,
        ["get /v1/nodes"] = Here,
        ["get /v1/nodes/{name}"] = Here,
        ["post /v1/nodes/{name}:drain"] = new RequestHome.OfNode("N"),
        ["post /v1/nodes/{name}:remove"] = Here,
        ["get /v1/cluster"] = Here,
        ["get /v1/vms"] = Here,
        ["get /v1/vms:watch"] = Here,
        ["get /v1/vms/{vm}"] = Here,
        ["get /v1/vms/{vm}/file"] = TheVm,
        ["put /v1/vms/{vm}/file"] = TheVm,
        ["get /v1/vms/{vm}/qmp"] = TheVm,
        ["get /v1/vms/{vm}/schema"] = TheVm,
        ["get /v1/vms/{vm}/schema/{command}"] = TheVm,
        ["post /v1/vms/{vm}:release"] = TheVm,
        ["post /v1/vms/{vm}/agent/{command}"] = NewJob,
        ["post /v1/vms/{vm}/qmp/{command}"] = NewJob,
        ["get /v1/jobs"] = Here,
        ["post /v1/jobs"] = NewJob,
        ["post /v1/jobs:plan"] = Here,
        ["get /v1/jobs/{id}"] = TheJob,
        ["get /v1/jobs/{id}/events"] = TheJob,
        ["get /v1/jobs/{id}/export"] = TheJob,
        ["get /v1/jobs/{id}/invocations"] = TheJob,
        ["get /v1/jobs/{id}/invocations/{vm}/result"] = TheJob,
        ["get /v1/jobs/{id}/invocations/{vm}/stderr"] = TheJob,
        ["get /v1/jobs/{id}/invocations/{vm}/stdout"] = TheJob,
        ["post /v1/jobs/{id}:cancel"] = TheJob,
        ["post /v1/jobs/{id}:pause"] = TheJob,
        ["post /v1/jobs/{id}:resume"] = TheJob,
        ["post /v1/jobs/{id}:retry"] = TheJob,
        ["get /v1/migrations"] = Here,
        ["get /v1/migrations/{id}"] = Here,
        ["get /v1/freeze-leases"] = Here,
        ["get /v1/freezes"] = Control,
        ["post /v1/freezes"] = Control,
        ["get /v1/freezes/{id}"] = Control,
        ["post /v1/freezes/{id}:thaw"] = Control,
        ["post /v1/freezes/{id}:extend"] = Control,
        ["post /v1/freezes:thaw"] = Control,
        ["post /v1/snapshots"] = Control,
        ["get /v1/controllers"] = Control,
        ["get /v1/controllers/{name}"] = Control,
        ["post /v1/controllers/{name}:pause"] = Control,
        ["post /v1/controllers/{name}:resume"] = Control,
        ["post /v1/controllers/{name}:replay"] = Control,
        ["post /v1/controllers/{name}:trigger"] = Control,
        ["get /v1/subscriptions"] = Control,
        ["post /v1/subscriptions"] = Control,
        ["get /v1/subscriptions/{id}"] = Control,
        ["delete /v1/subscriptions/{id}"] = Control,
        ["get /v1/subscriptions/{id}/dead-letters"] = Control,
        ["post /v1/subscriptions/{id}:discard"] = Control,
        ["post /v1/subscriptions/{id}:pause"] = Control,
        ["post /v1/subscriptions/{id}:redeliver"] = Control,
        ["post /v1/subscriptions/{id}:resume"] = Control,
        ["post /v1/subscriptions/{id}:rotate"] = Control,
        ["post /v1/subscriptions/{id}:test"] = Control,
    };

    public static TheoryData<string> Routes => [.. Homes.Keys];

    [Fact]
    public async Task Every_route_has_its_home()
    {
        var paths = (await fleet.GetAsync("openapi.json")).Json.GetProperty("paths");
        var routes = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        Assert.Equal(routes.Order(StringComparer.Ordinal), Homes.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Request_goes_to_its_home(string route)
    {
        var (method, path) = (route.Split(' ')[0].ToUpperInvariant(), route.Split(' ')[1]);
        var actual = path.Replace("{vm}", "web1").Replace("{id}", Job).Replace("{name}", "N").Replace("{command}", "guest-ping");

        Assert.Equal(Homes[route], RequestHome.Of(method, actual, null));
    }

    [Fact]
    public void New_job_with_a_key_goes_where_the_first_with_that_key_went()
    {
        var home = Assert.IsType<RequestHome.OfDuty>(RequestHome.Of("POST", "/v1/jobs", "key-1"));
        Assert.Equal($"jobs-{JobPartition.OfKey("key-1")}", home.Duty);
        Assert.Equal(Here, RequestHome.Of("GET", "/v1/jobs", "key-1"));
    }

    [Fact]
    public void Every_partition_of_jobs_is_a_duty()
    {
        foreach (var partition in JobPartition.OfGateways + JobPartition.OfControllers)
        {
            var home = Assert.IsType<RequestHome.OfDuty>(RequestHome.Of("GET", $"/v1/jobs/{Job[..^1]}{partition}", null));
            Assert.Contains(home.Duty, ClusterDuties.All);
        }
        Assert.Equal(32, ClusterDuties.All.Distinct().Count());
    }

    [Theory]
    [InlineData("/v1/jobs/01J0000000000000000000000!")]
    [InlineData("/v1/jobs/01J0000000000000000000000I")]
    [InlineData("/v1/jobs/01J0000000000000000000000a")]
    [InlineData("/v1/jobs/3")]
    [InlineData("/v1/jobs/")]
    [InlineData("/v1/jobs/:cancel")]
    [InlineData("/v1/vms/")]
    [InlineData("/v1/nodes/N:remove")]
    [InlineData("/v1/nodes/N/x:drain")]
    [InlineData("/v1/nothing")]
    [InlineData("/v2/jobs/01J00000000000000000000003")]
    [InlineData("/metrics")]
    [InlineData("/")]
    [InlineData("")]
    public void What_nobody_has_is_answered_here(string path) => Assert.Equal(Here, RequestHome.Of("POST", path, null));

    [Fact]
    public void Name_with_a_colon_is_one()
    {
        Assert.Equal(new RequestHome.OfVm("a:b"), RequestHome.Of("POST", "/v1/vms/a:b:release", null));
        Assert.Equal(new RequestHome.OfVm("a:b"), RequestHome.Of("GET", "/v1/vms/a:b/file", null));
        Assert.Equal(new RequestHome.OfNode("a:b"), RequestHome.Of("POST", "/v1/nodes/a:b:drain", null));
    }
}
