using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Events;

/// <summary>What happens in and to a real guest is told by events, in the order in which it happened.</summary>
public sealed class RealGuestEventsTests : IAsyncLifetime
{
    private const string Name = "eventful";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly RealVmDirectory _directory = new();
    private RealVm _vm = null!;
    private OrchestratorServer _server = null!;

    public async Task InitializeAsync()
    {
        _vm = await _directory.AddVmAsync(new RealVmOptions { Name = Name, ExtraQemuArguments = ["-device", "pvpanic-pci", "-action", "panic=none"] });
        await _vm.BootedAsync(Limit);
        _server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await _server.ReadyAsync(Name);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Guest_tells_its_life_from_start_to_panic()
    {
        await using var stream = await _server.Api.OpenAsync("/v1/events?from=beginning");
        var startup = await stream.EventAsync("GUEST_STARTUP", Name);
        Assert.Equal(("linux", "guest"), (Data(startup).Text("os-type"), startup.Text("provenance")));
        Assert.Equal(1, startup.Number("incarnation"));

        (await _server.Api.QmpAsync(Name, "stop")).Succeeds();
        await stream.EventAsync("STOP", Name);
        (await _server.Api.QmpAsync(Name, "cont")).Succeeds();
        await stream.EventAsync("RESUME", Name);

        // QEMU tells at most one VSERPORT_CHANGE per second and port: an agent back within that second would never have been gone.
        await _server.Api.ShellAsync(Name, "touch /run/qga.hold; (sleep 3; rm /run/qga.hold) >/dev/null 2>&1 & killall -9 qemu-ga");
        Assert.Equal("port-closed", Data(await stream.EventAsync("GUEST_AGENT_LOST", Name)).Text("reason"));
        await stream.EventAsync("GUEST_AGENT_RESTARTED", Name);
        Assert.Equal(2, (await stream.EventAsync("GUEST_STARTUP", Name)).Number("incarnation"));

        await _server.Api.ShellAsync(Name, "(sleep 0.2; reboot -f) >/dev/null 2>&1 &");
        var reboot = await stream.EventAsync("GUEST_REBOOT", Name);
        Assert.Equal(("guest-reset", "host"), (Data(reboot).Text("reason"), reboot.Text("provenance")));
        await stream.EventAsync("GUEST_STARTUP", Name);

        await _server.Api.ShellAsync(Name, "(sleep 0.2; echo c > /proc/sysrq-trigger) >/dev/null 2>&1 &");
        var panic = await stream.EventAsync("GUEST_PANICKED", Name);
        Assert.Equal(("io.orchestrator.guest.GUEST_PANICKED", "host"), (panic.Text("type"), panic.Text("provenance")));
    }

    [Fact]
    public async Task Changes_in_the_guest_are_seen_by_who_asks_for_them_and_shown_as_facts()
    {
        await using var stream = await _server.Api.OpenAsync("/v1/events?type=GUEST_*");
        // The first look is the base of all that follow.
        await _server.VmAsync(Name, vm => vm.TryGetProperty("facts", out var facts) && facts.TryGetProperty("net.interfaces", out _), "was looked at");

        await _server.Api.ShellAsync(Name, "ip link add dummy0 type dummy || ip tuntap add dev tap9 mode tap; ip addr add 192.0.2.7/24 dev lo");
        var network = Data(await stream.EventAsync("GUEST_NETWORK_CHANGED", Name));
        Assert.Contains("192.0.2.7", network.GetRawText(), StringComparison.Ordinal);
        await _server.VmAsync(Name, vm => vm.GetProperty("facts").Text("net.addresses")?.Contains("192.0.2.7", StringComparison.Ordinal) == true, "has the address");
        Assert.Single((await _server.Api.GetAsync("/v1/vms?target=f:net.addresses%3D*192.0.2.7*")).Items());

        await _server.Api.PushAsync(Name, "/run/utmp", Utmp("root"));
        await _server.Api.ShellAsync(Name, "mkdir -p /var; ln -sfn /run /var/run");
        Assert.Contains("root", Data(await stream.EventAsync("GUEST_USERS_CHANGED", Name)).GetRawText(), StringComparison.Ordinal);

        await _server.Api.ShellAsync(Name, "sleep 0.3; exit 3");
        var ended = Data(await stream.EventAsync("GUEST_EXEC_COMPLETED", Name));
        while (!ended.TryGetProperty("exitcode", out var code) || code.GetInt32() != 3)
            ended = Data(await stream.EventAsync("GUEST_EXEC_COMPLETED", Name));
    }

    private static JsonElement Data(JsonElement happened) => happened.GetProperty("data").GetProperty("data");

    /// <summary>A login record of glibc (utmp(5)): type USER_PROCESS at 0, line at 8, user at 44, time at 340.</summary>
    private static byte[] Utmp(string user)
    {
        var record = new byte[384];
        record[0] = 7;
        Encoding.ASCII.GetBytes("tty1").CopyTo(record, 8);
        Encoding.ASCII.GetBytes(user).CopyTo(record, 44);
        BitConverter.TryWriteBytes(record.AsSpan(340), 1_700_000_000);
        return record;
    }
}
