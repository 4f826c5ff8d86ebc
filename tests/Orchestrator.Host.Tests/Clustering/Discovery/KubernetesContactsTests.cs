using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.Host.Clustering.Discovery;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Tests.Clustering.Discovery;

public sealed class KubernetesContactsTests : IAsyncLifetime
{
    private ScriptedKubernetes _api = null!;

    public async Task InitializeAsync() => _api = await ScriptedKubernetes.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Running_pods_are_nodes()
    {
        _api.Body = $$"""{"items":[{{ScriptedKubernetes.Pod("10.1.0.1")}},{{ScriptedKubernetes.Pod("fd00::2")}},{{ScriptedKubernetes.Pod("10.1.0.3", isDeleted: true)}},{{ScriptedKubernetes.Pod("10.1.0.4", "Pending")}},{{ScriptedKubernetes.Pod("")}}]}""";

        var found = await Contacts().FindAsync(default);

        Assert.Equal(["10.1.0.1:4053", "[fd00::2]:4053"], found.Select(node => node.ToString()));
        Assert.Equal(("/api/v1/namespaces/fleet/pods?labelSelector=app%3Dorchestrator%2Ctier%20in%20%28a%29&fieldSelector=status.phase%3DRunning&limit=64", "Bearer first"), Assert.Single(_api.Asked));
        Assert.Equal("kubernetes:app=orchestrator,tier in (a)", Contacts().Name);
    }

    [Fact]
    public async Task Pods_of_a_stateful_set_are_asked_by_their_names_where_the_domain_is_known()
    {
        _api.Body = $$"""{"items":[{{ScriptedKubernetes.Pod("10.1.0.1", spec: """ "hostname":"node-0","subdomain":"orchestrator", """)}},{{ScriptedKubernetes.Pod("10.1.0.2")}},{{ScriptedKubernetes.Pod("", spec: """ "hostname":"a b","subdomain":"/", """)}}]}""";

        var byName = await new KubernetesContacts(Pods(null) with { Domain = "cluster.local" }, () => _api.Server).FindAsync(default);

        Assert.Equal(["node-0.orchestrator.fleet.svc.cluster.local:4053", "10.1.0.2:4053"], byName.Select(node => node.ToString()));
        Assert.Equal(["10.1.0.1:4053", "10.1.0.2:4053"], (await Contacts().FindAsync(default)).Select(node => node.ToString()));
    }

    [Fact]
    public async Task Namespace_of_the_configuration_goes_before_the_pods_own_and_the_token_is_read_each_time()
    {
        _api.Body = $$"""{"items":[{{ScriptedKubernetes.Pod("10.1.0.1")}}]}""";
        var contacts = Contacts("other");
        await contacts.FindAsync(default);
        await File.WriteAllTextAsync(Path.Combine(_api.Account, "token"), "second");

        await contacts.FindAsync(default);

        Assert.All(_api.Asked, asked => Assert.StartsWith("/api/v1/namespaces/other/pods?", asked.Target));
        Assert.Equal(["Bearer first", "Bearer second"], _api.Asked.Select(asked => asked.Authorization));
    }

    [Theory]
    [InlineData(403, "{}", "a role with 'list' on 'pods'")]
    [InlineData(400, "{}", "does not take the label selector")]
    [InlineData(500, "{}", "(500)")]
    [InlineData(302, "{}", "(302)")]
    [InlineData(200, "{\"items\":[]}", "no running pod of the namespace 'fleet' has the labels")]
    [InlineData(200, "{}", "no running pod")]
    [InlineData(200, "{\"items\":[{}]}", "no running pod")]
    [InlineData(200, "<html>", "does not tell its pods")]
    public async Task Answer_without_nodes_is_an_error_that_says_what_to_do(int status, string body, string words)
    {
        (_api.Status, _api.Body) = (status, body);

        Assert.Contains(words, (await Assert.ThrowsAsync<ContactException>(() => Contacts().FindAsync(default))).Message);
    }

    [Fact]
    public async Task Token_is_not_shown_to_a_server_of_another_authority()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var other = CertificateAuthority.Create("other", TimeSpan.FromDays(1), now);
        await File.WriteAllTextAsync(Path.Combine(_api.Account, "ca.crt"), other.ExportCertificatePem());

        Assert.Contains("does not tell its pods", (await Assert.ThrowsAsync<ContactException>(() => Contacts().FindAsync(default))).Message);
        Assert.Empty(_api.Asked);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("namespace")]
    [InlineData("ca.crt")]
    public async Task Pod_without_an_account_is_told_so(string missing)
    {
        File.Delete(Path.Combine(_api.Account, missing));

        var trouble = await Assert.ThrowsAsync<ContactException>(() => Contacts().FindAsync(default));

        Assert.Contains($"/{missing} cannot be read", trouble.Message);
        Assert.Contains("automountServiceAccountToken", trouble.Message);
    }

    [Fact]
    public async Task Server_is_asked_for_at_each_attempt()
    {
        var contacts = new KubernetesContacts(Pods(null), () => throw new ContactException("no pod"));

        Assert.Equal("no pod", (await Assert.ThrowsAsync<ContactException>(() => contacts.FindAsync(default))).Message);
    }

    [Theory]
    [InlineData("10.96.0.1", "443", "https://10.96.0.1/")]
    [InlineData("fd00::1", "6443", "https://[fd00::1]:6443/")]
    public void Server_is_the_one_of_the_pods_variables(string host, string port, string address) =>
        Assert.Equal(new Uri(address), KubernetesServer.Of(name => name == "KUBERNETES_SERVICE_HOST" ? host : name == "KUBERNETES_SERVICE_PORT" ? port : null, "/a").Address);

    [Theory]
    [InlineData(null, "443")]
    [InlineData("", "443")]
    [InlineData("10.96.0.1", null)]
    [InlineData("10.96.0.1", "tcp://x")]
    public void Outside_of_a_pod_there_is_none(string? host, string? port) =>
        Assert.Contains("is for nodes in pods", Assert.Throws<ContactException>(() => KubernetesServer.Of(name => name == "KUBERNETES_SERVICE_HOST" ? host : port, "/a")).Message);

    private KubernetesContacts Contacts(string? space = null) => new(Pods(space), () => _api.Server);

    private static KubernetesOptions Pods(string? space) => new("app=orchestrator,tier in (a)", space, 4053);
}
