using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Endpoints;

/// <summary>A real QMP server with two monitors: one is the test's, the other is behind the product. The same bytes to both must have the same answers.</summary>
public sealed class RealMonitorFixture : IAsyncLifetime
{
    public const string Name = "daemon";

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-qmp-").FullName;
    private RealStorageDaemon? _daemon;

    internal OrchestratorServer Server { get; private set; } = null!;

    /// <summary>The real one.</summary>
    public string Monitor => Path.Combine(_directory, "direct.sock");

    /// <summary>The product's.</summary>
    public string Endpoint { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _daemon = await RealStorageDaemon.StartAsync(
            Path.Combine(_directory, "vms", Name, "qmp.sock"), "--chardev", $"socket,path={Monitor},server=on,wait=off,id=direct", "--monitor", "chardev=direct");
        Server = await OrchestratorServer.StartAsync("--vm-dir", Path.Combine(_directory, "vms"));
        Endpoint = (await Server.VmAsync(Name, vm => vm.Is("state", "Running") && vm.TryGetProperty("qmpSocket", out _), "is served")).Text("qmpSocket")!;
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await _daemon!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

public sealed class RealMonitorTests(RealMonitorFixture fixture) : IClassFixture<RealMonitorFixture>
{
    private const string None = """{"execute":"qmp_capabilities"}""";
    private const string OutOfBand = """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}""";

    [Fact]
    public async Task Greeting_is_the_real_one()
    {
        await using var real = await RawPeer.ConnectAsync(fixture.Monitor);
        await using var ours = await RawPeer.ConnectAsync(fixture.Endpoint);

        Assert.Equal(await real.ReadLineAsync(), await ours.ReadLineAsync());
    }

    /// <summary>Texts are Latin-1, so that a character is a byte.</summary>
    [Theory]
    [InlineData("""{"execute":"query-version"}""")]
    [InlineData("""{'execute':'query-version','id':'it\'s "q" \/'}""")]
    [InlineData("""{"execute":"query-version","id":{"a":[1,1.5,"é\u00e9",null,true,18446744073709551615,-9223372036854775808,{}]}}""")]
    [InlineData("{\"execute\":\"query-version\",\"id\":\"\\u0000\u00c0\u0080\u007f\\u001f\\b\\f\\n\\r\\t\\ud83d\\ude00\u00f0\u009f\u0098\u0080 <>&'+/\"}")]
    [InlineData("""{"execute":"query-version","id":1}{"execute":"query-version","id":2} {"execute":"nope","id":3}""")]
    [InlineData("{\n \"execute\"\t:\r\n\"query-version\" ,\n\"id\":\n[\n]\n}")]
    [InlineData("\u00ff")]
    [InlineData("\u00ff\u00ff{\"execute\":\"query-version\",\"id\":1}")]
    [InlineData("\u00fe{\"execute\":\"query-version\",\"id\":1}")]
    [InlineData("NaN foo Foo bar {} \"abc\" null [1,2] 12 -0.5 1e+5")]
    [InlineData("""{"execute": NaN}""")]
    [InlineData("{\"execute\":\"a\nb\"}")]
    [InlineData("01 0e5 -a 1.e +1 %s -01")]
    [InlineData("[1,] [,] {,} {\"a\":1,} {\"a\"} {\"a\":} {\"a\" \"b\"} {\"a\":1 \"b\":2} [1 2] {1:2} {foo:2} {true:2} {{}:2}")]
    [InlineData("""{"a":1,"a":2}{"a":{"b":1},"b":2,"a":3}""")]
    [InlineData("] } {\"a\":1] [1} {] , : \"a\":1 [{]}")]
    [InlineData("""["\q"]["\ud800"]["\ud800\u0041"]["\udc00"]["\uFFFF"]["\ufdd0"]["\ud83d\udfff"]["\u00e9"]""")]
    [InlineData("[\"\u00c3\"][\"\u00ed\u00a0\u0080\"][\"\u00c0\u0080\"][\"\u00c1\u0080\"][\"\u00ef\u00bf\u00bf\"][\"\u00f4\u0090\u0080\u0080\"][\"\u00ff\"]")]
    [InlineData("""{"execute":1}{"id":7}{"id":8,"execute":null}{"execute":"a","exec-oob":"b"}{"exec-oob":"query-version","id":1}""")]
    [InlineData("""{"execute":"a","arguments":[]}{"execute":"a","arguments":null,"id":3}{"execute":"a","control":1,"id":2}""")]
    [InlineData("""{"execute":"qmp_capabilities","id":1}{"execute":"nope\u00e9","id":"\u00e9"}[{"execute":"query-version"}]""")]
    [InlineData("""{"execute":"query-version","arguments":{"x":1}}{"execute":"query-version","arguments":{}}""")]
    [InlineData("""{"execute":"object-del","arguments":{}}{"execute":"object-del","arguments":{"id":1}}{"execute":"object-del","arguments":{"id":"x","y":1}}""")]
    [InlineData("""{"execute":"object-add","arguments":{"qom-type":"zz","id":"a"}}{"execute":"blockdev-del","arguments":{"node-name":"\u00e9\n"}}""")]
    [InlineData("""{"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"n","size":1e3}}{"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"n","size":4096}}{"execute":"blockdev-del","arguments":{"node-name":"n"}}""")]
    [InlineData("""{"execute":"human-monitor-command-not"}{"execute":"query-block-exports"}{"execute":"query-named-block-nodes"}""")]
    public async Task Same_bytes_have_the_same_answers(string text) => await SameAsync(None, text);

    [Theory]
    [InlineData("""{"exec-oob":"query-version","id":1}""")]
    [InlineData("""{"exec-oob":1,"id":1}""")]
    [InlineData("""{"exec-oob":"nix","id":1}""")]
    [InlineData("""{"exec-oob":"b","execute":"a","id":1}""")]
    [InlineData("""{"exec-oob":"qmp_capabilities","id":1}""")]
    public async Task Same_bytes_have_the_same_answers_out_of_band(string text) => await SameAsync(OutOfBand, text);

    [Theory]
    [InlineData("""{"execute":"nope","id":1}{"execute":"query-version","id":2}{"id":3}{"exec-oob":"query-version","id":4}[]NaN""")]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":"oob"}}{"execute":"query-version"}""")]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":[1]}}{"execute":"qmp_capabilities","arguments":{"x":1}}{"execute":"query-version"}""")]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":["oob","oob"]}}{"exec-oob":"query-version"}""")]
    [InlineData("""{"exec-oob":"qmp_capabilities"}{"execute":"qmp_capabilities"}{"execute":"query-version"}""")]
    public async Task Same_bytes_have_the_same_answers_before_the_negotiation(string text) => await SameAsync("", text);

    [Fact]
    public async Task Deepest_message_that_the_real_one_takes_is_taken() => await SameAsync(None, new string('[', 1024) + new string(']', 1024));

    [Fact]
    public async Task Message_cut_at_every_byte_has_the_same_answer()
    {
        const string Text = "{'execute':'query-version', \"id\" : [ 1.5, \"\\u00e9\\\"\", true ] }";
        await using var ours = await RawPeer.NegotiateAsync(fixture.Endpoint);
        await ours.SendRawAsync(Text);
        var whole = await ours.ReadLineAsync();

        for (var cut = 1; cut < Text.Length; cut++)
        {
            await ours.SendRawAsync(Text[..cut]);
            await ours.SendRawAsync(Text[cut..]);
            Assert.Equal(whole, await ours.ReadLineAsync());
        }
    }

    private async Task SameAsync(string negotiation, string text)
    {
        var real = await AnswersAsync(fixture.Monitor, negotiation + text);
        var ours = await AnswersAsync(fixture.Endpoint, negotiation + text);

        Assert.True(
            real.Count == ours.Count && real.Zip(ours).All(pair => JsonElement.DeepEquals(JsonElement.Parse(pair.First), JsonElement.Parse(pair.Second))),
            $"The real monitor:\n{string.Join('\n', real)}\nOurs:\n{string.Join('\n', ours)}");
        Assert.All(ours, line => Assert.True(Ascii.IsValid(line), line));
    }

    /// <summary>All that comes before the answer to a last, unmistakable message. In-band answers come in order.</summary>
    private static async Task<List<string>> AnswersAsync(string path, string text)
    {
        await using var peer = await RawPeer.ConnectAsync(path);
        await peer.ReadLineAsync();
        await peer.SendRawAsync(text + "\n\n{\"execute\":\"the-end-of-it\",\"id\":\"the end\"}\n");
        var answers = new List<string>();
        while (await peer.ReadLineAsync() is var line && !line.Contains("the end", StringComparison.Ordinal))
            answers.Add(line);
        return answers;
    }
}
