using System.Net.Sockets;
using System.Text;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Hostile.Peers;

namespace Orchestrator.Bench.Tests.Hostile.Peers;

/// <summary>bench/peers/hostile_agent.c does what it says it does; needs gcc.</summary>
public sealed class HostileProgramTests : IDisposable
{
    private const string Synchronize = "\u00ff{\"execute\":\"guest-sync-delimited\",\"id\":0,\"arguments\":{\"id\":77}}\n";
    private const string Synchronized = "\u00ff{\"return\": 77, \"id\": 0}\n";
    private readonly FleetDirectory _directory = FleetDirectory.Create();

    private string Socket => _directory.File("a.sock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Honest_guest_answers_with_the_id_of_the_question()
    {
        var said = await SayAsync("honest", Synchronize + "{\"execute\":\"guest-ping\",\"arguments\":{},\"id\":5}\n{\"execute\":\"guest-exec\",\"id\":6}\n", bytes: 130);

        Assert.StartsWith(Synchronized + "{\"return\": {}, \"id\": 5}\n{\"error\": {\"class\": \"CommandNotFound\"", said);
    }

    [Theory]
    [InlineData("endless", "xxxxxxxx")]
    [InlineData("replies", "{\"return\": {}, \"id\": 4611686018427387904}\n{\"return\"")]
    [InlineData("nesting", "{\"return\": [[[[[[[[")]
    public async Task Flood_begins_behind_the_synchronization_and_does_not_end(string mode, string beginning)
    {
        const int Much = 10 << 20;

        var said = await SayAsync(mode, Synchronize, Much);

        Assert.StartsWith(Synchronized + beginning, said);
        Assert.Equal(Much, said.Length);
    }

    [Fact]
    public async Task Nested_message_is_short_enough_to_be_looked_into()
    {
        var said = await SayAsync("nesting", Synchronize, 1 << 20);

        Assert.All(said.Split('\n')[1..^1], message => Assert.InRange(message.Length, 40_000, 65_535));
    }

    [Fact]
    public async Task Trickling_guest_synchronizes_at_once_and_then_sends_a_byte()
    {
        var said = await SayAsync("trickle", Synchronize + "{\"execute\":\"guest-ping\",\"id\":5}\n", Synchronized.Length + 1);

        Assert.Equal(Synchronized + "{", said);
    }

    [Fact]
    public async Task Reader_takes_what_it_was_told_of_each_connection_and_both_sides_count_it()
    {
        var program = await HostileProgram.CompileAsync(_directory, CancellationToken.None);
        await using var agent = await program.ListenAsync("endless", Socket, CancellationToken.None);
        await using var reader = program.Drain(Socket, new FloodPace(1 << 20, TimeSpan.FromMilliseconds(1)));
        await HostileProgram.ConnectedAsync(agent, CancellationToken.None);
        await HostileProgram.ConnectedAsync(reader, CancellationToken.None);

        var (read, sent) = (await HostileProgram.StopAsync(reader), await HostileProgram.StopAsync(agent));

        Assert.True(read.Connections >= 1 && sent.Connections >= 1, $"{read}, {sent}");
        Assert.InRange(read.Bytes, (read.Connections - 1) << 20, read.Connections << 20);
        Assert.True(sent.Bytes >= read.Bytes, $"{read}, {sent}");
    }

    [Fact]
    public async Task Unknown_mode_is_an_error_with_the_usage()
    {
        var program = await HostileProgram.CompileAsync(_directory, CancellationToken.None);

        var error = await Assert.ThrowsAsync<BenchException>(() => program.ListenAsync("polite", Socket, CancellationToken.None));

        Assert.Contains("usage: hostile_agent MODE SOCKET", error.Message);
    }

    /// <summary>What a guest of that mode says to <paramref name="requests"/>: its first bytes, as Latin-1.</summary>
    private async Task<string> SayAsync(string mode, string requests, int bytes)
    {
        var program = await HostileProgram.CompileAsync(_directory, CancellationToken.None);
        await using var agent = await program.ListenAsync(mode, Socket, CancellationToken.None);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        await using var stream = new NetworkStream(client);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(requests));
        var said = new byte[bytes];
        await stream.ReadExactlyAsync(said);
        return Encoding.Latin1.GetString(said);
    }
}
