using System.Collections;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Docs;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Host.Tests.Configuration;

/// <summary><c>config/orchestrator.yaml</c>: what users copy must load, and show everything there is.</summary>
public sealed class ExampleConfigurationTests
{
    private readonly NodeConfig _config = NodeConfigFile.Load(Repository.PathOf("config/orchestrator.yaml"));

    [Fact]
    public void Example_shows_every_setting()
    {
        Assert.Empty(Unset(_config));
        Assert.Empty(Unset(_config.History));
        Assert.Empty(Unset(_config.Telemetry));
        Assert.Empty(Unset(_config.Migration));
        Assert.Empty(Unset(Assert.Single(_config.Patterns)));
        Assert.Empty(Unset(_config.Vms[0]).Except([nameof(VmConfig.Tls)]));
        Assert.Empty(Unset(_config.Vms[1]).Except([nameof(VmConfig.Labels)]));
        Assert.Empty(Unset(_config.Vms[1].Tls!));
    }

    [Fact]
    public void Example_listens_where_a_server_may()
    {
        var endpoints = _config.Listen.Select(ListenEndpoint.Parse).Select(endpoint => endpoint.ToString()).ToArray();

        Assert.Equal(["unix:/run/orchestrator/orchestrator.sock", "http://127.0.0.1:8421"], endpoints);
    }

    [Fact]
    public void Example_names_its_vms_with_endpoints_and_labels()
    {
        var vms = new VmSources(_config).Read().ToDictionary(vm => vm.Name);

        Assert.Equal(new Endpoint.Unix("/srv/build01/agent.sock"), vms["build01"].Agent);
        Assert.Equal("build", vms["build01"].Labels["role"]);
        var remote = Assert.IsType<Endpoint.Tls>(vms["remote01"].Qmp);
        Assert.Equal(("vmhost2.example.net", 4444, "vmhost2"), (remote.Host, remote.Port, remote.Options.ServerName));
    }

    private static IEnumerable<string> Unset(object settings) => settings.GetType().GetProperties()
        .Where(property => property.GetValue(settings) switch { null => true, string text => text.Length == 0, ICollection many => many.Count == 0, _ => false })
        .Select(property => property.Name);
}
