using System.Net;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Fleet;

/// <summary>Which VMs there are: directories that change, a configuration file, and selectors over what is known of them.</summary>
public sealed class InventoryTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Vm_that_appears_is_managed_and_one_whose_sockets_vanish_leaves()
    {
        await using var directory = new RealVmDirectory();
        await directory.AddPeersAsync("first");
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync("first");
        await using var watch = await server.Api.OpenAsync("/v1/vms:watch");
        await using var client = server.StartCli("vm", "watch");
        Assert.Equal("first", (await watch.NextAsync())!.Value.GetProperty("vm").Text("name"));

        var second = await directory.AddPeersAsync("second");
        await watch.NextAsync(line => line.TryGetProperty("vm", out var vm) && vm.Is("name", "second") && vm.Is("agent", "Ready"));
        await Eventually.TrueAsync(() => client.Output.Contains("second", StringComparison.Ordinal), Limit, "the client shows the new VM");

        await second.DisposeAsync();
        var gone = await watch.NextAsync(line => line.TryGetProperty("gone", out _));
        Assert.Equal("second", gone.GetProperty("gone").Text("name"));
        await Eventually.TrueAsync(() => client.Output.Contains("gone", StringComparison.Ordinal), Limit, "the client shows the VM as gone");
        Assert.Equal(HttpStatusCode.NotFound, (await server.Api.GetAsync("/v1/vms/second")).Status);
        Assert.Equal("first", Assert.Single((await server.Api.GetAsync("/v1/vms")).Items()).Text("name"));
    }

    [Fact]
    public async Task Vm_in_a_directory_that_is_made_later_is_found()
    {
        await using var directory = new RealVmDirectory();
        var later = Path.Combine(directory.Path, "later");
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", later);
        Assert.Empty((await server.Api.GetAsync("/v1/vms")).Items());

        await directory.AddPeersAsync("later/peer");

        await server.ReadyAsync("peer");
    }

    [Fact]
    public async Task Killed_vm_is_unreachable_and_back_when_it_is_started_again()
    {
        await using var directory = new RealVmDirectory();
        var options = new RealVmOptions { Name = "crashes" };
        var vm = await directory.AddVmAsync(options);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync("crashes");
        await using var events = await server.Api.OpenAsync("/v1/events?type=GUEST_*");

        await vm.KillAsync();
        await server.VmAsync("crashes", view => view.Is("state", "Unreachable") && view.Is("agent", "Absent"), "is unreachable");
        await events.EventAsync("GUEST_AGENT_LOST", "crashes");
        (await server.Api.AgentAsync("crashes", "guest-ping")).Ends("Undelivered", "HostUnreachable", "None");

        await directory.AddVmAsync(options);
        await events.EventAsync("GUEST_AGENT_RESTARTED", "crashes");
        var back = await server.ReadyAsync("crashes");
        Assert.Equal(2, back.Number("incarnation"));
        Assert.Equal(options.Uuid.ToString(), back.Text("id"));
    }

    [Fact]
    public async Task Configuration_names_vms_and_layouts_and_selectors_find_them_by_name_label_fact_host_and_state()
    {
        await using var directory = new RealVmDirectory();
        var web = await directory.AddPeersAsync("a/web01");
        await directory.AddPeersAsync("a/web02");
        var database = await directory.AddPeersAsync("b/x");
        var file = Path.Combine(directory.Path, "orchestrator.yaml");
        await File.WriteAllTextAsync(file, $$"""
            host: node7
            patterns:
              - qmp: {{directory.Path}}/a/{name}/qmp.sock
                agent: {{directory.Path}}/a/{name}/qga.sock
                labels: { role: web }
            vms:
              - name: database
                qmp: unix:{{database.Monitor.SocketPath}}
                agent: unix:{{database.Agent.SocketPath}}
                labels: { role: db }
              - name: bare
                qmp: {{directory.Path}}/nowhere.sock
            labels:
              "web*": { tier: front }
              "*2": { canary: "yes" }
            """);
        await using var server = await OrchestratorServer.StartAsync("--config", file);
        await Task.WhenAll(new[] { "web01", "web02", "database" }.Select(server.ReadyAsync));
        await server.VmAsync("bare", vm => vm.Is("state", "Unreachable"), "is unreachable");
        var os = (await server.Api.AgentAsync("web01", "guest-get-osinfo")).Result().Text("id")!;

        var selected = new Dictionary<string, string[]>
        {
            ["*"] = ["bare", "database", "web01", "web02"],
            ["web[01-20]"] = ["web01", "web02"],
            ["l:role=web and not l:canary=yes"] = ["web01"],
            ["l:tier=front"] = ["web01", "web02"],
            ["l:role=db or web02"] = ["database", "web02"],
            [$"f:os.id={os}"] = ["database", "web01", "web02"],
            ["h:node7 and s:Unreachable"] = ["bare"],
            ["s:agent=Ready & !web*"] = ["database"],
            ["h:elsewhere"] = [],
        };
        foreach (var (selector, expected) in selected)
        {
            var answer = await server.Api.GetAsync($"/v1/vms?target={Uri.EscapeDataString(selector)}");
            Assert.True(expected.SequenceEqual(answer.Items().Select(vm => vm.Text("name"))), $"{selector} selected {answer.Body}");
        }

        await using var events = await server.Api.OpenAsync($"/v1/events?type=GUEST_*&target={Uri.EscapeDataString($"l:role=web and f:os.id={os}")}");
        await web.Agent.Process.KillAsync();
        Assert.Equal("web01", (await events.NextAsync())!.Value.Text("subject"));
        await server.VmAsync("web01", vm => vm.Is("agent", "Absent"), "has no agent");
        var run = await server.CliAsync("ga", "-t", "l:role=web", "guest-ping");
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("1 ok, 1 undelivered (1 AgentAbsent) of 2", run.Error);
        var list = await server.CliAsync("vm", "ls", "-t", "l:tier=front", "-o", "wide");
        Assert.Equal(0, list.ExitCode);
        Assert.Contains("role=web", list.Out);
        Assert.DoesNotContain("database", list.Out);
    }

    [Fact]
    public async Task Client_says_that_a_selector_matches_nothing_by_its_exit_code()
    {
        await using var directory = new RealVmDirectory();
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);

        var run = await server.CliAsync("ping", "-t", "nobody");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("nobody", run.Error);
    }
}
