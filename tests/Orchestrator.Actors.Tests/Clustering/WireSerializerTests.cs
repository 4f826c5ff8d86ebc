using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>
/// What nodes say to each other, as texts in <c>Snapshots</c>: nodes of different versions must understand each other, so that a text may get further
/// members, and never lose or change one. <c>ORCHESTRATOR_UPDATE_SNAPSHOTS=1</c> writes them anew.
/// </summary>
public sealed class WireSerializerTests : ActorTest
{
    private readonly WireSerializer _serializer;

    public WireSerializerTests() => _serializer = new WireSerializer((ExtendedActorSystem)Sys);

    public static TheoryData<string> Manifests => [.. WireFormats.All.Select(format => format.Manifest)];

    [Fact]
    public void Every_kind_of_message_between_nodes_has_a_format_and_a_sample()
    {
        var kinds = typeof(IWireMessage).Assembly.GetTypes().Where(type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IWireMessage))).Select(type => type.FullName).Order().ToArray();

        Assert.True(kinds.Length >= 8);
        Assert.Equal(kinds, WireFormats.All.Select(format => format.Type.FullName).Order());
        Assert.Equal(kinds, WireSamples.All.Select(sample => sample.GetType().FullName).Order());
        Assert.All(WireFormats.All, format => Assert.Matches(@"^[a-z]+(\.[a-z-]+)+\.v[0-9]+$", format.Manifest));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Message_is_written_as_it_always_was(string manifest)
    {
        var sample = SampleOf(manifest);
        Assert.Equal(manifest, _serializer.Manifest(sample));

        Matches(manifest, Pretty(_serializer.ToBinary(sample)));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Message_of_before_is_read_whole(string manifest)
    {
        var read = WireSerializer.Read(File.ReadAllBytes(PathOf(manifest)), manifest);

        Assert.Equal(SampleOf(manifest).GetType(), read.GetType());
        Assert.Equal(File.ReadAllText(PathOf(manifest)), Pretty(_serializer.ToBinary(read)), ignoreLineEndingDifferences: true);
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void What_a_newer_node_says_besides_is_skipped(string manifest)
    {
        var newer = JsonNode.Parse(_serializer.ToBinary(SampleOf(manifest)))!;
        Extend(newer);

        var read = WireSerializer.Read(Encoding.UTF8.GetBytes(newer.ToJsonString()), manifest);

        Assert.Equal(Pretty(_serializer.ToBinary(SampleOf(manifest))), Pretty(_serializer.ToBinary(read)));
    }

    [Fact]
    public void What_an_older_node_does_not_say_is_absent()
    {
        Assert.Equal(new PartMessages.ReadPart(7, 0), WireSerializer.Read("""{"after":7}"""u8.ToArray(), "inventory.read.v1"));
        var part = Assert.IsType<PartMessages.Part>(WireSerializer.Read("""{"after":0,"changed":[{"path":"akka://x/user/y","vm":{"name":"v","host":"h"}}],"gone":[],"version":1,"isWhole":true,"isLast":true}"""u8.ToArray(), "inventory.part.v1"));
        Assert.Empty(part.Changed[0].Vm.Labels);
        Assert.Equal((0, null), (part.Began, part.Changed[0].Vm.Id));
        var planned = Assert.IsType<LeaseRouterEvents.SnapshotPlanned>(WireSerializer.Read("""{"asked":{"name":"v","host":"h","phase":"Undelivered","effect":"None"}}"""u8.ToArray(), "lease.snapshot-planned.v1"));
        Assert.Equal((0, null, null), (planned.Files.Count, planned.Arguments, planned.Trouble));
        var report = Assert.IsType<LeaseRouterEvents.Report>(WireSerializer.Read("""{"groupId":"G","incarnation":1,"after":0,"version":1,"leases":[{"leaseId":"L","version":1,"kind":"VmGone"}]}"""u8.ToArray(), "lease.report.v1"));
        Assert.Equal((null, null, 0), (report.Leases[0].Vm, report.Leases[0].Standing, report.Leases[0].Extension));
    }

    /// <summary>During an upgrade: one value that this version does not have costs nobody the rest of the message.</summary>
    [Theory]
    [MemberData(nameof(Manifests))]
    public void Values_that_only_a_newer_node_has_do_not_keep_a_message_from_being_read(string manifest)
    {
        var names = typeof(IWireMessage).Assembly.GetTypes().Where(type => type.IsEnum).SelectMany(Enum.GetNames).ToHashSet(StringComparer.Ordinal);
        var newer = JsonNode.Parse(_serializer.ToBinary(SampleOf(manifest)))!;
        var replaced = Replace(newer, names);

        var read = WireSerializer.Read(Encoding.UTF8.GetBytes(newer.ToJsonString()), manifest);

        Assert.Equal(SampleOf(manifest).GetType(), read.GetType());
        Assert.Equal(manifest is "inventory.part.v1" or "inventory.lost.v1" or "router.dispatch.v1" or "router.progressed.v1" or "router.ended.v1" or "lease.order.v1" or "lease.report.v1" or "lease.vm-thawed.v1" or "lease.snapshot-planned.v1" or "event.page.v1", replaced > 0);
    }

    [Fact]
    public void What_a_newer_node_tells_means_as_little_as_it_can_and_what_it_wants_nothing()
    {
        var part = Assert.IsType<PartMessages.Part>(WireSerializer.Read("""{"after":0,"changed":[{"path":"p","vm":{"name":"v","host":"h","state":"Dancing","agent":"Dreaming","freeze":"Lukewarm"}},{"path":"q","vm":{"name":"w","host":"h","state":"Running"}}],"gone":[]}"""u8.ToArray(), "inventory.part.v1"));
        Assert.Equal((VmState.Connecting, AgentState.Connecting, FreezeState.FrozenForeign, VmState.Running), (part.Changed[0].Vm.State, part.Changed[0].Vm.Agent, part.Changed[0].Vm.Freeze, part.Changed[1].Vm.State));
        var ended = Assert.IsType<RouterEvents.Ended>(WireSerializer.Read("""{"jobId":"J","incarnation":1,"batch":1,"items":[{"ordinal":0,"attempt":1,"outcome":{"name":"v","host":"h","phase":"Better","effect":"Half"}}]}"""u8.ToArray(), "router.ended.v1"));
        Assert.Equal((Phase.Unknown, Effect.Unknown), (ended.Items[0].Outcome.Phase, ended.Items[0].Outcome.Effect));
        var order = Assert.IsType<LeaseRouterCommands.Order>(WireSerializer.Read("""{"groupId":"G","epoch":1,"incarnation":1,"after":0,"owner":"o","ttl":"00:01:00","remaining":"00:01:00","leases":[{"leaseId":"L","path":"p","want":"Melt"}],"freeze":{"route":"Teleport","name":"x","arguments":"","conditions":{"onPaused":"Sing"}}}"""u8.ToArray(), "lease.order.v1"));
        Assert.False(Enum.IsDefined(order.Leases[0].Want));
        Assert.Equal(ConditionChoice.Fail, order.Freeze!.Conditions.OnPaused);
        Assert.Throws<FormatException>(() => order.Freeze.ToPlan("J", Protocol.Qapi.GuestNamespace.BuiltIn));
    }

    [Fact]
    public void A_value_that_this_version_does_not_have_is_not_passed_on() =>
        Assert.Throws<JsonException>(() => _serializer.ToBinary(new LeaseRouterEvents.VmThawed((ThawResult)(-1), null)));

    [Fact]
    public void Unknown_manifest_is_refused()
    {
        var refused = Assert.Throws<SerializationException>(() => WireSerializer.Read("{}"u8.ToArray(), "node.hello.v99"));
        Assert.Contains("node.hello.v99", refused.Message);
        Assert.Throws<SerializationException>(() => WireSerializer.Read("{}"u8.ToArray(), typeof(NodeMessages.Hello).AssemblyQualifiedName!));
    }

    [Theory]
    [InlineData("node.hello.v99", "{}")]
    [InlineData("inventory.read.v1", "[]")]
    public void What_cannot_be_read_is_a_message_that_nobody_takes(string manifest, string json) =>
        Assert.Equal(new UnreadableMessage(manifest), _serializer.FromBinary(Encoding.UTF8.GetBytes(json), manifest));

    [Fact]
    public void Message_without_a_format_is_not_sent()
    {
        Assert.Contains(nameof(WireFormats), Assert.Throws<SerializationException>(() => _serializer.ToBinary("text")).Message);
        Assert.Throws<SerializationException>(() => _serializer.Manifest(NodeQueries.List.Instance));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"after":"x"}""")]
    [InlineData("""{"after":0,"changed":[{"path":"p","vm":{"name":"v","host":"h","labels":["x"]}}]}""")]
    [InlineData("""{"after":0,"changed":[{"path":"p","vm":{"name":"v","host":"h","labels":{"x":null}}}]}""")]
    [InlineData("""{"after":0,"changed":[{"path":"p","vm":{"name":"v","host":"h","state":1}}]}""")]
    public void Broken_message_is_refused(string json) => Assert.Throws<JsonException>(() => WireSerializer.Read(Encoding.UTF8.GetBytes(json), "inventory.part.v1"));

    [Fact]
    public void Messages_are_counted_by_kind_with_their_bytes()
    {
        var kind = WireFormats.ByManifest["inventory.read.v1"].Number;
        Assert.Equal("inventory.read.v1", WireFormats.All[kind].Manifest);
        var (sent, bytes, received) = (WireMetrics.MessagesSent[kind], WireMetrics.BytesSent[kind], WireMetrics.MessagesReceived[kind]);

        var written = _serializer.ToBinary(new PartMessages.ReadPart(7));
        Assert.True(WireMetrics.MessagesSent[kind] > sent);
        Assert.True(WireMetrics.BytesSent[kind] >= bytes + written.Length);
        Assert.IsType<UnreadableMessage>(_serializer.FromBinary("[]"u8.ToArray(), "inventory.read.v1"));
        Assert.Equal(received, WireMetrics.MessagesReceived[kind]);
        _serializer.FromBinary(written, "inventory.read.v1");
        Assert.True(WireMetrics.MessagesReceived[kind] > received);
        Assert.Equal(WireFormats.All.Count, WireMetrics.MessagesSent.Measure().Count());
    }

    [Fact]
    public void Number_of_the_serializer_never_changes() => Assert.Equal(7701, _serializer.Identifier);

    private static IWireMessage SampleOf(string manifest) => WireSamples.All.Single(sample => sample.GetType() == WireFormats.ByManifest[manifest].Type);

    /// <summary>A further member in every object that is not a map of texts, or an event's data.</summary>
    private static void Extend(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array.OfType<JsonNode>())
                Extend(item);
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, member) in members.ToArray())
            {
                if (member is not null && name is not ("labels" or "facts" or "data"))
                    Extend(member);
            }
            members.Insert(0, "newer", JsonNode.Parse("""{"a":[1,{"b":null}]}"""));
        }
    }

    private static int Replace(JsonNode node, HashSet<string> names)
    {
        var replaced = 0;
        foreach (var (name, member) in node is JsonObject members ? members.ToArray() : [])
        {
            if (member is JsonValue value && value.GetValueKind() == JsonValueKind.String && names.Contains(value.GetValue<string>()))
            {
                node[name] = "FromTomorrow";
                replaced++;
            }
            else if (member is not null)
                replaced += Replace(member, names);
        }
        return replaced + (node is JsonArray items ? items.OfType<JsonNode>().Sum(item => Replace(item, names)) : 0);
    }

    private static string Pretty(byte[] json) => JsonSerializer.Serialize(JsonElement.Parse(json), Indented) + "\n";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    private static string PathOf(string manifest) => Path.Combine(Folder(), "Snapshots", manifest + ".json");

    private static void Matches(string manifest, string actual)
    {
        if (Environment.GetEnvironmentVariable("ORCHESTRATOR_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(PathOf(manifest), actual);
        Assert.True(File.Exists(PathOf(manifest)), $"there is no snapshot of {manifest}: run the test with ORCHESTRATOR_UPDATE_SNAPSHOTS=1 to make it");
        Assert.Equal(File.ReadAllText(PathOf(manifest)), actual, ignoreLineEndingDifferences: true);
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
