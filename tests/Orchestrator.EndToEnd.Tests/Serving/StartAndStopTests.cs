using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Orchestrator.EndToEnd.Tests.Emulation;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>How the server starts, what it refuses to start with, and how it ends.</summary>
[SupportedOSPlatform("linux")]
public sealed class StartAndStopTests : IDisposable
{
    private const int Refused = 1;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Socket_and_data_are_for_their_user_only()
    {
        await using var server = await OrchestratorServer.StartAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.SocketPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(server.DataPath));
    }

    /// <summary>The framework would read its settings there, and watch for them everything that is below.</summary>
    [Fact]
    public async Task Directory_in_which_it_is_started_means_nothing_to_it()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "appsettings.json"), "no JSON");
        for (var i = 0; i < 50; i++)
            Directory.CreateDirectory(Path.Combine(_directory, $"{i}"));

        await using var server = await OrchestratorServer.StartWithAsync([$"--chdir={_directory}"]);

        var watched = Directory.GetFiles($"/proc/{server.Process.Id}/fdinfo").Sum(file => File.ReadLines(file).Count(line => line.StartsWith("inotify ", StringComparison.Ordinal)));
        Assert.InRange(watched, 0, 20);
    }

    /// <summary>The runtime ends a process that cannot open what it needs: the last files are not for VMs.</summary>
    [Fact]
    public async Task Server_with_fewer_files_than_its_vms_want_serves_those_that_fit()
    {
        const int files = 900;
        await using var emulator = await EmulatorProcess.StartAsync(vms: 300);
        await using var server = await OrchestratorServer.StartWithAsync(["prlimit", $"--nofile={files}:{files}"], "--vm-dir", emulator.Directory);

        await Eventually.TrueAsync(
            async () =>
            {
                server.Process.ThrowIfExited();
                var vms = (await server.Api.GetAsync("/v1/vms")).Items();
                return vms.Any(OrchestratorServer.IsReady) && vms.Any(vm => vm.ToString().Contains("may have 900 open files", StringComparison.Ordinal));
            },
            Limit,
            "some VMs are ready, and others told why they are not");

        Assert.InRange(Directory.GetFiles($"/proc/{server.Process.Id}/fd").Length, 1, files - 250);
        Assert.Matches(" [0-9]+ ok, .* of 300 ", (await server.CliAsync("ping", "--all")).Error);
        server.Process.ThrowIfExited();
    }

    /// <summary>Clients that say nothing do not take the last files either; when they go, others come in again.</summary>
    [Fact]
    public async Task Server_refuses_more_clients_than_it_has_files_for()
    {
        const int files = 900;
        await using var emulator = await EmulatorProcess.StartAsync(vms: 10);
        await using var server = await OrchestratorServer.StartWithAsync(["prlimit", $"--nofile={files}:{files}"], "--vm-dir", emulator.Directory);
        await Eventually.TrueAsync(async () => (await server.Api.GetAsync("/v1/vms")).Items().Count(OrchestratorServer.IsReady) == 10, Limit, "the VMs are ready");
        var clients = new List<Socket>();
        try
        {
            for (var number = 0; number < files; number++)
                clients.Add(await ConnectAsync(server.SocketPath));
            await Eventually.TrueAsync(() => clients.Any(IsRefused), Limit, "clients are refused");

            Assert.InRange(Directory.GetFiles($"/proc/{server.Process.Id}/fd").Length, files / 2, files - 50);
            Assert.Contains(clients, client => !IsRefused(client));
            await Eventually.TrueAsync(() => server.Process.Output.Contains("A client of the API was refused", StringComparison.Ordinal), Limit, "the log tells it");
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
        await Eventually.TrueAsync(async () => (await server.CliAsync("ping", "--all")).ExitCode == 0, Limit, "there is room again");
        server.Process.ThrowIfExited();
    }

    [Fact]
    public async Task Terminated_server_ends_well_and_removes_only_what_is_its_own()
    {
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", _directory);
        var foreign = Path.Combine(server.Directory, "foreign");
        await File.WriteAllTextAsync(foreign, "");
        var stranger = Path.Combine(_directory, "stranger");
        await File.WriteAllTextAsync(stranger, "");
        await using var endless = await server.Api.OpenAsync("/v1/events");

        server.Process.Send(Signal.Terminate);
        await server.Process.ExitedAsync(StopLimit);

        Assert.Equal(0, server.Process.ExitCode);
        Assert.False(File.Exists(server.SocketPath));
        Assert.True(File.Exists(foreign) && File.Exists(stranger) && Directory.Exists(server.DataPath));
    }

    [Fact]
    public async Task Terminated_server_does_not_wait_for_a_job_that_a_silent_agent_holds_up()
    {
        await using var directory = new RealVmDirectory();
        var peer = await directory.AddPeersAsync("peer");
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync("peer");
        peer.Agent.Process.Send(Signal.Stop);
        var waiting = server.Api.AgentAsync("peer", "guest-get-osinfo", timeoutMs: 600_000);
        await Eventually.TrueAsync(async () => (await server.Api.GetAsync("/v1/jobs")).Items().Length == 1, Limit, "the job runs");

        server.Process.Send(Signal.Terminate);
        await server.Process.ExitedAsync(StopLimit);

        Assert.Equal(0, server.Process.ExitCode);
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
    }

    [Fact]
    public async Task Second_server_on_a_socket_is_refused_and_the_first_serves_on()
    {
        await using var server = await OrchestratorServer.StartAsync();

        var second = await OrchestratorProgram.RunAsync("serve", "--listen", $"unix:{server.SocketPath}", "--data", Path.Combine(_directory, "data"));

        Assert.Equal(Refused, second.ExitCode);
        Assert.Contains($"another process listens on {server.SocketPath}", second.Error);
        Assert.True(await server.Api.IsReadyAsync());
    }

    [Fact]
    public async Task Second_server_on_a_data_directory_is_refused_and_the_first_serves_on()
    {
        await using var server = await OrchestratorServer.StartAsync();
        var socket = Path.Combine(_directory, "second.sock");

        var second = await OrchestratorProgram.RunAsync("serve", "--listen", $"unix:{socket}", "--data", server.DataPath);

        Assert.Equal(Refused, second.ExitCode);
        Assert.Contains("Does another node run with this directory?", second.Error);
        Assert.False(File.Exists(socket));
        Assert.True(await server.Api.IsReadyAsync());
    }

    [Fact]
    public async Task Socket_that_a_killed_server_left_is_replaced()
    {
        await using var killed = await OrchestratorServer.StartAsync();
        await killed.Process.KillAsync();
        Assert.True(File.Exists(killed.SocketPath));

        await using var process = OrchestratorProgram.Start("serve", "--listen", $"unix:{killed.SocketPath}", "--data", killed.DataPath);

        await Eventually.TrueAsync(
            () =>
            {
                process.ThrowIfExited();
                return killed.Api.IsReadyAsync();
            },
            Limit,
            "the next server serves");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(killed.SocketPath));
    }

    [Theory]
    [InlineData("0.0.0.0:0", "only loopback")]
    [InlineData("http://192.0.2.1:8421", "only loopback")]
    [InlineData("[::]:8421", "only loopback")]
    [InlineData("nonsense", "write unix:PATH or ADDR:PORT")]
    public async Task Endpoint_that_others_could_reach_or_nobody_is_refused(string endpoint, string reason)
    {
        var run = await OrchestratorProgram.RunAsync("serve", "--listen", endpoint, "--data", Path.Combine(_directory, "data"));

        Assert.Equal(Refused, run.ExitCode);
        Assert.Contains(reason, run.Error);
    }

    [Fact]
    public async Task Mistake_in_the_configuration_is_told_with_its_line()
    {
        var file = Path.Combine(_directory, "orchestrator.yaml");
        await File.WriteAllTextAsync(file, "host: node1\nvm-dirz: [ /vms ]\n");

        var run = await OrchestratorProgram.RunAsync("serve", "--config", file, "--data", Path.Combine(_directory, "data"));

        Assert.Equal(Refused, run.ExitCode);
        Assert.Contains($"{file}:2:", run.Error);
        Assert.Contains("vm-dirz", run.Error);
    }

    [Fact]
    public async Task Loopback_listener_serves_programs_and_refuses_web_pages()
    {
        var port = FreePort();
        await using var server = await OrchestratorServer.StartAsync("--listen", $"http://127.0.0.1:{port}");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/vms")).StatusCode);
        var page = await http.SendAsync(With(new HttpRequestMessage(HttpMethod.Get, "/v1/vms"), "Origin", "https://evil.example"));
        var rebound = await http.SendAsync(With(new HttpRequestMessage(HttpMethod.Get, "/v1/vms"), "Host", "evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Equal("application/problem+json", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.Forbidden, rebound.StatusCode);
        var version = await OrchestratorProgram.RunAsync("version", "--server", $"http://127.0.0.1:{port}");
        Assert.Contains("server 0.", version.Out);
    }

    private static HttpRequestMessage With(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Add(header, value);
        return request;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        while (true)
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
                return client;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                // More wait to be accepted than the kernel keeps.
                client.Dispose();
                await Task.Yield();
            }
        }
    }

    private static bool IsRefused(Socket client) => client.Poll(0, SelectMode.SelectRead) && client.Available == 0;
}
