using System.Net.Sockets;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>What goes along with a real guest that somebody else migrates, and what is said when it cannot.</summary>
public sealed class ContinuityTests
{
    private const string Name = "cont";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Client_of_the_QMP_socket_stays_connected_and_its_next_command_goes_to_the_destination()
    {
        await using var guest = await StartAsync();
        await using var client = await RawPeer.NegotiateAsync((await guest.Server.ReadyAsync(Name)).Text("qmpSocket")!);
        Assert.Equal(Name, (await MigrationDriver.CommandAsync(client, """{"execute":"query-name"}""")).Text("name"));

        await guest.MigrateAsync("there");

        Assert.Equal("there", (await MigrationDriver.CommandAsync(client, """{"execute":"query-name"}""")).Text("name"));
        await guest.Owner.KillAsync();
        await MigrationDriver.CommandAsync(client, """{"execute":"stop"}""");
        await guest.Server.VmAsync(Name, vm => vm.Is("state", "Paused"), "is paused");
        await client.SendAsync("""{"execute":"cont"}""");
        await client.EventAsync("RESUME");
        (await guest.Server.Api.AgentAsync(Name, "guest-ping")).Succeeds();
    }

    [Fact]
    public async Task Frozen_guest_takes_its_lease_along_and_is_thawed_at_the_destination()
    {
        await using var guest = await StartAsync(withDisk: true);
        var freeze = await guest.Server.Api.PostAsync("/v1/freezes", $$"""{"target":"{{Name}}","ttlMs":600000}""");
        Assert.True(freeze.Body.Is("phase", "Frozen"), freeze.Text);
        var lease = (await guest.Server.VmAsync(Name, vm => vm.TryGetProperty("lease", out _), "has a lease")).GetProperty("lease").Text("id");

        await guest.MigrateAsync("there");
        await guest.Owner.KillAsync();

        var moved = await guest.Server.VmAsync(Name, vm => vm.Is("freeze", "Frozen") && vm.Is("agent", "Ready") && vm.GetProperty("facts").Is("qemu.name", "there"), "is frozen at the destination");
        Assert.Equal(lease, moved.GetProperty("lease").Text("id"));
        Assert.Equal("frozen", (await guest.Server.Api.AgentAsync(Name, "guest-fsfreeze-status")).Result().GetString());
        var thaw = await guest.Server.Api.PostAsync($"/v1/freezes/{freeze.Body.Text("id")}:thaw");
        Assert.True((int)thaw.Status is 200 or 202, thaw.Text);
        await guest.Server.VmAsync(Name, vm => !vm.TryGetProperty("freeze", out _) && !vm.TryGetProperty("lease", out _), "is thawed");
        Assert.Equal("thawed", (await guest.Server.Api.AgentAsync(Name, "guest-fsfreeze-status")).Result().GetString());
        (await guest.Server.Api.ShellAsync(Name, "echo thawed > /mnt/data/word && sync")).Succeeds();
    }

    [Fact]
    public async Task Guest_that_is_copied_is_not_frozen()
    {
        await using var guest = await StartAsync(withDisk: true);
        var destination = await guest.PrepareAsync("there");
        await using var monitor = await RawPeer.NegotiateAsync(guest.Owner.TestMonitorPath);
        await MigratingGuest.BeginSlowlyAsync(monitor, destination);
        await guest.Server.VmAsync(Name, vm => vm.GetProperty("migration").Is("phase", "Copying"), "is copied");

        (await guest.Server.Api.AgentAsync(Name, "guest-fsfreeze-freeze")).Ends("Undelivered", "VmMigrating", "None");

        await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate_cancel"}""");
        await Eventually.TrueAsync(async () => (await guest.Server.Api.AgentAsync(Name, "guest-fsfreeze-freeze")).Is("phase", "Succeeded"), Limit, "it is frozen");
        (await guest.Server.Api.AgentAsync(Name, "guest-fsfreeze-thaw")).Succeeds();
    }

    /// <summary>The source has given the guest up as soon as the destination runs, however much memory it still has.</summary>
    [Fact]
    public async Task Destination_of_a_post_copy_owns_the_guest_from_its_start()
    {
        await using var guest = await StartAsync();
        (await guest.Server.Api.ShellAsync(Name, "dd if=/dev/urandom of=/tmp/fill bs=1M count=24 2>/dev/null; sha256sum /tmp/fill > /tmp/sum")).Succeeds();
        var destination = await guest.PrepareAsync("there");
        await using var source = await RawPeer.NegotiateAsync(guest.Owner.TestMonitorPath);
        await using var other = await RawPeer.NegotiateAsync(destination.TestMonitorPath);
        foreach (var monitor in (RawPeer[])[source, other])
            await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"postcopy-ram","state":true}]}}""");
        await MigrationDriver.CommandAsync(source, """{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":1000000,"max-postcopy-bandwidth":20000000}}""");
        await MigrationDriver.BeginAsync(source, destination);
        await MigrationDriver.StatusAsync(source, "active");

        await MigrationDriver.CommandAsync(source, """{"execute":"migrate-start-postcopy"}""");

        await guest.Server.VmAsync(Name, vm => OrchestratorServer.IsReady(vm) && vm.GetProperty("facts").Is("qemu.name", "there") && vm.GetProperty("migration").Is("phase", "Completed"), "is at the destination");
        Assert.Equal("postcopy-active", (await MigrationDriver.CommandAsync(source, """{"execute":"query-migrate"}""")).Text("status"));
        (await guest.Server.Api.AgentAsync(Name, "guest-ping")).Succeeds();
        await MigrationDriver.CommandAsync(source, """{"execute":"migrate-set-parameters","arguments":{"max-postcopy-bandwidth":0}}""");
        await MigrationDriver.StatusAsync(source, "completed");
        await guest.Owner.KillAsync();
        (await guest.Server.Api.ShellAsync(Name, "sha256sum -c /tmp/sum")).Succeeds();
        Assert.Equal(1, (await guest.Server.ReadyAsync(Name)).Number("incarnation"));
    }

    [Fact]
    public async Task Guest_whose_destination_dies_before_it_ran_is_stranded_until_somebody_says_so_and_without_both_it_is_gone()
    {
        await using var guest = await StartAsync();
        var destination = await guest.PrepareAsync("there");
        await using var source = await RawPeer.NegotiateAsync(guest.Owner.TestMonitorPath);
        await using var way = LossyWay.To(Path.Combine(guest.Owner.Directory, "way.sock"), destination.IncomingPath);
        await MigrationDriver.CommandAsync(source, """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"pause-before-switchover","state":true}]}}""");
        await MigrationDriver.CommandAsync(source, $$$"""{"execute":"migrate","arguments":{"uri":"unix:{{{way.Path}}}"}}""");
        await MigrationDriver.StatusAsync(source, "pre-switchover");
        // The rest is lost on its way, and the source believes that it is done.
        way.Loses = true;
        await MigrationDriver.CommandAsync(source, """{"execute":"migrate-continue","arguments":{"state":"pre-switchover"}}""");
        await MigrationDriver.StatusAsync(source, "completed");

        await destination.KillAsync();

        await guest.Server.VmAsync(Name, vm => vm.TryGetProperty("migration", out var migration) && migration.Is("phase", "Stranded"), "is stranded");
        (await guest.Server.Api.QmpAsync(Name, "cont")).Ends("Refused", "VmMigrating");
        var job = await guest.Server.Api.PostAsync("/v1/jobs", $$$"""{"target":"{{{Name}}}","command":"cont","conditions":{"migrating":"force"}}""", ("Prefer", "wait=30"));
        Assert.True(job.Body.Is("phase", "Succeeded"), job.Text);
        (await guest.Server.Api.AgentAsync(Name, "guest-ping")).Succeeds();

        await guest.Owner.KillAsync();
        var gone = await guest.Server.VmAsync(Name, vm => vm.Is("state", "Unreachable"), "is unreachable");
        Assert.False(string.IsNullOrEmpty(gone.Text("message")));
        (await guest.Server.Api.AgentAsync(Name, "guest-ping", timeoutMs: 2_000)).Ends("Undelivered", effect: "None");
    }

    private static async Task<Guest> StartAsync(bool withDisk = false)
    {
        var guest = new Guest();
        await guest.StartAsync(withDisk);
        return guest;
    }

    /// <summary>A Unix socket that passes on to another what comes, until it is told to lose it.</summary>
    private sealed class LossyWay : IAsyncDisposable
    {
        private readonly FakeListener _listener;
        private readonly TaskCompletionSource _end = new();
        private volatile bool _loses;

        private LossyWay(string path, string target)
        {
            Path = path;
            _listener = FakeListener.Start(path, from => PassAsync(from, target));
        }

        public string Path { get; }

        public bool Loses { set => _loses = value; }

        public static LossyWay To(string path, string target) => new(path, target);

        public ValueTask DisposeAsync()
        {
            _end.TrySetResult();
            return _listener.DisposeAsync();
        }

        private async Task PassAsync(Stream from, string target)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(target));
            var buffer = new byte[65536];
            while (await from.ReadAsync(buffer) is > 0 and var count)
            {
                if (!_loses)
                    await socket.SendAsync(buffer.AsMemory(0, count));
            }
            // The destination would end at the end of its stream, and this is about one that is killed.
            await _end.Task;
        }
    }

    /// <summary>A guest of one test, and a server over it.</summary>
    private sealed class Guest : IAsyncDisposable
    {
        private readonly RealVmDirectory _directory = new();

        public OrchestratorServer Server { get; private set; } = null!;

        /// <summary>The QEMU that the guest was in first.</summary>
        public RealVm Owner { get; private set; } = null!;

        public async Task StartAsync(bool withDisk)
        {
            Owner = await _directory.AddVmAsync(new RealVmOptions { Name = Name, WithDisk = withDisk });
            await Owner.BootedAsync(Limit);
            Server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
            await Server.ReadyAsync(Name);
        }

        public async Task<RealVm> PrepareAsync(string place)
        {
            var destination = await _directory.AddDestinationAsync(Owner, place);
            await MigratableFixture.PreparedAsync(Server, Owner);
            return destination;
        }

        public async Task MigrateAsync(string place)
        {
            var destination = await PrepareAsync(place);
            await MigrationDriver.MigrateAsync(Owner, destination);
            await Server.VmAsync(Name, vm => vm.TryGetProperty("migration", out var migration) && migration.Is("phase", "Completed"), "has moved");
        }

        public async ValueTask DisposeAsync()
        {
            if (Server is not null)
                await Server.DisposeAsync();
            await _directory.DisposeAsync();
        }
    }
}
