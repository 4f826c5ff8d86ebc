using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Emulation;

/// <summary>The emulated agent beside a real qemu-ga: the same messages to both, answers of the same shape from both.</summary>
public sealed class EmulatedAgentDifferenceTests : IAsyncLifetime
{
    private readonly RealVmDirectory _directory = new();
    private EmulatorProcess _emulator = null!;
    private RawPeer _real = null!;
    private RawPeer _emulated = null!;

    public async Task InitializeAsync()
    {
        var peers = await _directory.AddPeersAsync("real");
        _emulator = await EmulatorProcess.StartAsync(1);
        _real = await RawPeer.ConnectAsync(peers.Agent.SocketPath);
        _emulated = await RawPeer.ConnectAsync(Path.Combine(_emulator.Directory, "vm0001", "qga.sock"));
    }

    public async Task DisposeAsync()
    {
        await _emulated.DisposeAsync();
        await _real.DisposeAsync();
        await _emulator.DisposeAsync();
        await _directory.DisposeAsync();
    }

    /// <summary>What one has as a number, the other has as a number, and so on to the depths.</summary>
    [Theory]
    [InlineData("guest-ping")]
    [InlineData("guest-get-time")]
    [InlineData("guest-get-timezone")]
    [InlineData("guest-get-osinfo")]
    [InlineData("guest-get-host-name")]
    [InlineData("guest-get-users")]
    [InlineData("guest-get-vcpus")]
    [InlineData("guest-get-cpustats")]
    [InlineData("guest-get-fsinfo")]
    [InlineData("guest-get-memory-block-info")]
    [InlineData("guest-network-get-interfaces")]
    [InlineData("guest-fsfreeze-status")]
    [InlineData("guest-info")]
    public async Task Answer_has_the_shape_of_the_real_ones(string command)
    {
        var (real, emulated) = await BothAsync($$"""{"execute":"{{command}}","id":5}""");

        Assert.Equal((5, 5), (real.Number("id"), emulated.Number("id")));
        var (expected, found) = (new Dictionary<string, JsonValueKind>(), new Dictionary<string, JsonValueKind>());
        Shape("return", real.GetProperty("return"), expected);
        Shape("return", emulated.GetProperty("return"), found);
        Assert.All(found.Where(member => expected.ContainsKey(member.Key)), member => Assert.Equal(expected[member.Key], member.Value));
        // What this machine has no device for may be missing from the real answer, and what other versions have from either.
        Assert.True(found.Keys.Count(expected.ContainsKey) >= Math.Min(found.Count, expected.Count) / 2, $"of {string.Join(' ', found.Keys)} the real one has only {string.Join(' ', expected.Keys)}");
    }

    /// <summary>The real one's words, letter by letter.</summary>
    [Theory]
    [InlineData("""{"execute":"guest-nope","id":1}""")]
    [InlineData("""{"execute":"guest-get-devices"}""")]
    [InlineData("""{"execute":"guest-sync"}""")]
    [InlineData("""{"execute":"guest-sync","arguments":{"id":"a"}}""")]
    [InlineData("""{"execute":"guest-sync","arguments":{"id":5,"x":1}}""")]
    [InlineData("""{"execute":"guest-sync","arguments":{"id":-5}}""")]
    [InlineData("""{"execute":"guest-file-open","arguments":{"path":"/nonexistent/x","mode":"r"}}""")]
    [InlineData("""{"execute":"guest-file-open","arguments":{"path":"/etc/hostname","mode":"q"}}""")]
    [InlineData("""{"execute":"guest-file-read","arguments":{"handle":1}}""")]
    [InlineData("""{"execute":"guest-exec","arguments":{"path":"/nonexistent"}}""")]
    [InlineData("""{"execute":"guest-exec-status","arguments":{"pid":1}}""")]
    [InlineData("""[1]""")]
    [InlineData("""{"execut":"x"}""")]
    [InlineData("""{"exec-oob":"guest-ping"}""")]
    [InlineData("""{"execute":"guest-ping","arguments":[]}""")]
    [InlineData("""{"execute":"guest-ping",}""")]
    public async Task Answer_has_the_real_ones_words(string message)
    {
        await _real.SendAsync(message);
        await _emulated.SendAsync(message);

        Assert.Equal(await _real.ReadLineAsync(), await _emulated.ReadLineAsync());
    }

    [Fact]
    public async Task Synchronization_is_the_same_byte_by_byte()
    {
        const string Message = "\u00ff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":123456}}\n";
        await _real.SendRawAsync(Message);
        await _emulated.SendRawAsync(Message);

        Assert.Equal(await _real.ReadLineAsync(), await _emulated.ReadLineAsync());
        Assert.Equal(await _real.ReadLineAsync(), await _emulated.ReadLineAsync());
    }

    [Fact]
    public async Task File_goes_the_same_way()
    {
        var path = Path.Combine(_directory.Path, "file");
        string[] steps =
        [
            $$$"""{"execute":"guest-file-open","arguments":{"path":"{{{path}}}","mode":"w"}}""",
            """{"execute":"guest-file-write","arguments":{"handle":1000,"buf-b64":"aGVsbG8="}}""",
            """{"execute":"guest-file-write","arguments":{"handle":1000,"buf-b64":"aGk=","count":5}}""",
            """{"execute":"guest-file-read","arguments":{"handle":1000}}""",
            """{"execute":"guest-file-flush","arguments":{"handle":1000}}""",
            """{"execute":"guest-file-close","arguments":{"handle":1000}}""",
            $$$"""{"execute":"guest-file-open","arguments":{"path":"{{{path}}}"}}""",
            """{"execute":"guest-file-read","arguments":{"handle":1001,"count":3}}""",
            """{"execute":"guest-file-read","arguments":{"handle":1001}}""",
            """{"execute":"guest-file-seek","arguments":{"handle":1001,"offset":1,"whence":"set"}}""",
            """{"execute":"guest-file-read","arguments":{"handle":1001,"count":-1}}""",
            """{"execute":"guest-file-read","arguments":{"handle":1001,"count":100}}""",
            """{"execute":"guest-file-close","arguments":{"handle":1001}}""",
            """{"execute":"guest-file-close","arguments":{"handle":1001}}""",
        ];
        foreach (var step in steps)
        {
            var (real, emulated) = await BothAsync(step);
            Assert.True(JsonElement.DeepEquals(real, emulated), $"{step}: the real one answers {real}, the emulated one {emulated}");
        }
    }

    [Theory]
    [InlineData("""{"path":"echo","arg":["a","b"],"capture-output":true}""")]
    [InlineData("""{"path":"/bin/false"}""")]
    [InlineData("""{"path":"cat","input-data":"aGk=","capture-output":true}""")]
    [InlineData("""{"path":"cat","arg":["/nonexistent"],"capture-output":true}""")]
    [InlineData("""{"path":"/bin/sh","arg":["-c","echo a; false || echo b; exit 7"],"capture-output":true}""")]
    public async Task Program_ends_the_same_way(string call)
    {
        var (real, emulated) = (await EndAsync(_real, call), await EndAsync(_emulated, call));

        Assert.True(JsonElement.DeepEquals(real, emulated), $"{call}: the real one ends with {real}, the emulated one with {emulated}");
    }

    private static async Task<JsonElement> EndAsync(RawPeer agent, string call)
    {
        var pid = (await agent.AskAsync($$"""{"execute":"guest-exec","arguments":{{call}}}""")).GetProperty("return").Number("pid");
        while (true)
        {
            var status = (await agent.AskAsync($$$"""{"execute":"guest-exec-status","arguments":{"pid":{{{pid}}}}}""")).GetProperty("return");
            if (status.GetProperty("exited").GetBoolean())
                return status;
        }
    }

    private async Task<(JsonElement Real, JsonElement Emulated)> BothAsync(string message) => (await _real.AskAsync(message), await _emulated.AskAsync(message));

    private static void Shape(string path, JsonElement json, Dictionary<string, JsonValueKind> kinds)
    {
        kinds[path] = json.ValueKind == JsonValueKind.False ? JsonValueKind.True : json.ValueKind;
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
                Shape($"{path}.{member.Name}", member.Value, kinds);
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
                Shape(path + "[]", item, kinds);
        }
    }
}
