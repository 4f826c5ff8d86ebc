using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Serialization;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Configuration;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>A node of this version and one of a version to come, over Akka's real remoting.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ActorSystem _old = Create("");
    private readonly ActorSystem _new = Create($"akka.actor.serializers.orchestrator = \"{typeof(NewerSerializer).AssemblyQualifiedName}\"\nakka.actor.serialization-identifiers.\"{typeof(NewerSerializer).AssemblyQualifiedName}\" = {WireSerializer.Id}");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _old.Terminate();
        await _new.Terminate();
    }

    [Fact]
    public async Task A_kind_of_message_that_only_the_newer_one_has_is_told_and_costs_nothing_else()
    {
        var (got, log) = (new ConcurrentQueue<object>(), new ConcurrentQueue<object>());
        _old.EventStream.Subscribe(_old.ActorOf(Props.Create(() => new Collector(log))), typeof(LogEvent));
        _old.ActorOf(Props.Create(() => new Collector(got)), "collector");
        var collector = _new.ActorSelection($"{Cluster.AddressOf(_old)}/user/collector");

        collector.Tell(new DutyMessages.Remind("before"), ActorRefs.NoSender);
        for (var time = 0; time < 3; time++)
            collector.Tell(new FutureMessage(), ActorRefs.NoSender);
        collector.Tell(new DutyMessages.Remind("after"), ActorRefs.NoSender);

        await Eventually.TrueAsync(() => got.OfType<DutyMessages.Remind>().Count() == 2, Limit, "what both know comes, before and after it");
        Assert.Equal([new DutyMessages.Remind("before"), new DutyMessages.Remind("after")], got.OfType<DutyMessages.Remind>());
        await Eventually.TrueAsync(() => log.Any(entry => entry.ToString()!.Contains("future.message.v1", StringComparison.Ordinal)), Limit, $"the log tells it: {string.Join("\n", log)}");
        Assert.Single(log, entry => entry.ToString()!.Contains("future.message.v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_newer_one_understands_what_the_older_one_says()
    {
        var got = new ConcurrentQueue<object>();
        _new.ActorOf(Props.Create(() => new Collector(got)), "collector");

        _old.ActorSelection($"{Cluster.AddressOf(_new)}/user/collector").Tell(new DutyMessages.Remind("jobs-1"), ActorRefs.NoSender);

        await Eventually.TrueAsync(() => !got.IsEmpty, Limit, "it comes");
        Assert.Equal(new DutyMessages.Remind("jobs-1"), got.Single());
    }

    private static ActorSystem Create(string more)
    {
        var any = NodeAddress.Parse("127.0.0.1:1", "the test", "listen");
        var settings = ConfigurationFactory.ParseString($"akka {{ loglevel = WARNING, stdout-loglevel = OFF, loggers = [], remote.dot-netty.tcp.port = 0 }}\n{more}");
        return ActorSystem.Create(AkkaCluster.SystemName, settings.WithFallback(AkkaCluster.Settings(new ClusterOptions(any, any, [], ["vmhost"], null))));
    }

    private static class Cluster
    {
        public static Address AddressOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system).SelfAddress;
    }

    private sealed record FutureMessage : IWireMessage;

    private sealed class Collector(ConcurrentQueue<object> got) : UntypedActor
    {
        protected override void OnReceive(object message) => got.Enqueue(message);
    }

    /// <summary>Of a version to come: it has a kind of message more, and says more in those that there are.</summary>
    public sealed class NewerSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        private readonly WireSerializer _today = new(system);

        public override int Identifier => WireSerializer.Id;

        public override byte[] ToBinary(object obj) => obj is FutureMessage
            ? "{}"u8.ToArray()
            : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_today.ToBinary(obj)).Replace("{", """{"newer":[1],""", StringComparison.Ordinal));

        public override string Manifest(object o) => o is FutureMessage ? "future.message.v1" : _today.Manifest(o);

        public override object FromBinary(byte[] bytes, string manifest) => _today.FromBinary(bytes, manifest);
    }
}
