using System.Net.Sockets;
using System.Text;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>Both sessions against one real VM.</summary>
public sealed class VmSessionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Events_come_before_the_answers_that_cause_them_and_introspection_is_understood()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "events" });
        var observer = new QmpObserver();
        await using var session = await QmpSession.ConnectAsync(new Endpoint.Unix(vm.QmpSocketPath), new QmpSessionOptions(), observer, TimeProvider.System, CancellationToken.None);

        Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("stop"), Limit));
        Assert.Contains("STOP", observer.Names);
        Assert.DoesNotContain("RESUME", observer.Names);
        Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("cont"), Limit));
        Assert.Contains("RESUME", observer.Names);
        var schema = Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-qmp-schema"), Limit));
        Assert.True(schema.Value.Length > 100_000, $"{schema.Value.Length} bytes");
    }

    [Fact]
    public async Task Megabytes_of_stale_answer_after_a_reconnect_are_nobodys()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "stale" });
        await vm.BootedAsync(Limit);
        await LeaveWithinAnAnswerAsync(vm.AgentSocketPath);

        await using var agent = await ConnectedAgent.ConnectAsync(vm.AgentSocketPath);

        Assert.Equal("stale", (await agent.ValueAsync("guest-get-host-name")).GetProperty("host-name").GetString());
        Assert.Equal("debian", (await agent.ValueAsync("guest-get-osinfo")).GetProperty("id").GetString());
        Assert.Empty(agent.Observer.LateReplies);
    }

    [Fact]
    public async Task Unfinished_command_of_an_earlier_client_does_not_harm()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "dirty" });
        await vm.BootedAsync(Limit);
        await using (var earlier = await ConnectedAgent.ConnectAsync(vm.AgentSocketPath))
            await earlier.ValueAsync("guest-ping");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(vm.AgentSocketPath));
            await socket.SendAsync("{\"execute\":\"guest-pi"u8.ToArray());
        }

        await using var agent = await ConnectedAgent.ConnectAsync(vm.AgentSocketPath);

        Assert.Equal("dirty", (await agent.ValueAsync("guest-get-host-name")).GetProperty("host-name").GetString());
    }

    /// <summary>A client that asks for 8 MiB and leaves after 64 KiB of them.</summary>
    private static async Task LeaveWithinAnAnswerAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("""{"execute":"guest-file-open","arguments":{"path":"/dev/zero"}}""" + "\n"), limit.Token);
        var opened = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!opened.ToString().Contains('\n', StringComparison.Ordinal))
            opened.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, limit.Token)));
        var handle = System.Text.Json.JsonElement.Parse(opened.ToString()).GetProperty("return").GetInt64();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($$$"""{"execute":"guest-file-read","arguments":{"handle":{{{handle}}},"count":8388608}}""" + "\n"), limit.Token);
        await stream.ReadExactlyAsync(buffer, limit.Token);
    }
}
