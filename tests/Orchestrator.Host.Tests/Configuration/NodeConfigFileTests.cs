using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class NodeConfigFileTests
{
    [Fact]
    public void All_members_are_read()
    {
        var config = Parse(
            """
            host: node1
            listen: [unix:/run/o.sock, 127.0.0.1:8421]
            data: /var/lib/orchestrator
            history: {jobs: 5, age: 12h}
            vm-dirs: [/srv/vms]
            patterns:
            - qmp: /run/{name}.qmp
              agent: /run/{name}.qga
              labels: {from: pattern}
            vms:
            - name: web01
              qmp: tls:host:1
              agent: tcp:host:2
              tls: {authority: a.pem, certificate: c.pem, key: k.pem, server-name: n}
              labels: {role: web}
            labels:
              "web*": {tier: front}
            """);

        Assert.Equal(("node1", "/var/lib/orchestrator"), (config.Host, config.Data));
        Assert.Equal(new JobHistoryLimits(5, TimeSpan.FromHours(12)), config.History.Limits("o.yaml"));
        Assert.Equal(["unix:/run/o.sock", "127.0.0.1:8421"], config.Listen);
        Assert.Equal(["/srv/vms"], config.VmDirs);
        var pattern = Assert.Single(config.Patterns);
        Assert.Equal(("/run/{name}.qmp", "/run/{name}.qga", "pattern"), (pattern.Qmp, pattern.Agent, pattern.Labels["from"]));
        var vm = Assert.Single(config.Vms);
        Assert.Equal(("web01", "tls:host:1", "tcp:host:2", "web"), (vm.Name, vm.Qmp, vm.Agent, vm.Labels["role"]));
        Assert.Equal(("a.pem", "c.pem", "k.pem", "n"), (vm.Tls!.Authority, vm.Tls.Certificate, vm.Tls.Key, vm.Tls.ServerName));
        Assert.Equal("front", config.Labels["web*"]["tier"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("vms:\npatterns:\nlabels:\nlisten:\nvm-dirs:\n")]
    [InlineData("labels:\n  web*:\n")]
    public void What_is_left_empty_is_empty(string text)
    {
        var config = Parse(text);
        Assert.Empty(config.Vms);
        Assert.Empty(config.Patterns);
        Assert.Empty(config.Listen);
        Assert.Empty(config.VmDirs);
        Assert.Empty(new VmSources(config).Read());
    }

    [Theory]
    [InlineData("host: a\nhots: b\n", "o.yaml:2:1: ")]
    [InlineData("vms:\n- name: a\n  qmpp: b\n", "o.yaml:3:3: ")]
    [InlineData("host: a\nhost: b\n", "o.yaml:2:1: ")]
    [InlineData("host: [a]\n", "o.yaml:1:7: ")]
    [InlineData("host: 'a\n", "o.yaml:")]
    [InlineData("- a\n", "o.yaml:1:1: ")]
    [InlineData("vms:\n- qmp: /a\n", "o.yaml: each of 'vms' needs a 'name'")]
    [InlineData("vms:\n- name:\n  qmp: /a\n", "o.yaml: each of 'vms' needs a 'name'")]
    [InlineData("vms:\n-\n", "o.yaml: each of 'vms' needs a 'name'")]
    [InlineData("vms:\n- name: a\n", "o.yaml: the VM 'a' needs a 'qmp'")]
    [InlineData("vms:\n- name: a\n  qmp:\n", "o.yaml: the VM 'a' needs a 'qmp'")]
    [InlineData("vms:\n- {name: a, qmp: /a}\n- {name: a, qmp: /b}\n", "o.yaml: the VM 'a' is named twice")]
    [InlineData("patterns:\n- qmp: /run/name.qmp\n", "o.yaml: the pattern '/run/name.qmp'")]
    [InlineData("patterns:\n- qmp: run/{name}\n", "o.yaml: the pattern 'run/{name}'")]
    [InlineData("patterns:\n- qmp: /{name}/{name}\n", "o.yaml: the pattern '/{name}/{name}'")]
    [InlineData("patterns:\n- {qmp: '/{name}', agent: /x}\n", "o.yaml: the pattern '/x'")]
    [InlineData("patterns:\n-\n", "o.yaml: the pattern ''")]
    public void Mistake_is_told_with_its_place(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<ServeException>(() => Parse(text)).Message);

    [Fact]
    public void Name_has_at_most_253_characters()
    {
        Assert.Throws<ServeException>(() => Parse($"vms: [{{name: {new string('a', 254)}, qmp: /a}}]"));
        Assert.Single(Parse($"vms: [{{name: {new string('a', 253)}, qmp: /a}}]").Vms);
    }

    [Theory]
    [InlineData("/nonexistent/orchestrator.yaml")]
    [InlineData("/")]
    public void File_that_cannot_be_read_is_named(string path) =>
        Assert.StartsWith($"the configuration {path} cannot be read", Assert.Throws<ServeException>(() => NodeConfigFile.Load(path)).Message);

    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "o.yaml");
}
