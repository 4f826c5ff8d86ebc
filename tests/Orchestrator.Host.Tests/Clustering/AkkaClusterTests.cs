using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Clustering.Remoting;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Akka's settings for a node, as Akka takes them.</summary>
public sealed class AkkaClusterTests
{
    [Theory]
    [InlineData("127.0.0.1:4053", "127.0.0.1")]
    [InlineData("localhost:4053", "127.0.0.1")]
    [InlineData("[::1]:4053", "::1")]
    [InlineData("10.0.0.1:4053", "0.0.0.0")]
    [InlineData("a.example:4053", "0.0.0.0")]
    [InlineData("[fd00::1]:4053", "::")]
    public void Node_without_tls_is_not_reached_from_other_machines(string listen, string bind)
    {
        var tcp = Settings(listen).GetConfig("akka.remote.dot-netty.tcp");
        Assert.Equal(bind, tcp.GetString("hostname"));
        Assert.Equal(NodeAddress.Parse(listen, "", "").Host, tcp.GetString("public-hostname"));
        Assert.Equal(4053, tcp.GetInt("port"));
    }

    [Fact]
    public void Roles_are_the_nodes_own() => Assert.Equal(["vmhost", "gateway"], Settings("127.0.0.1:1").GetStringList("akka.cluster.roles"));

    [Fact]
    public async Task Messages_between_nodes_go_through_their_formats_and_nothing_else_goes()
    {
        var system = ActorSystem.Create(AkkaCluster.SystemName, Quiet.WithFallback(Settings("127.0.0.1:1")));
        try
        {
            var own = Assert.IsType<WireSerializer>(system.Serialization.FindSerializerFor(new DutyMessages.Remind("jobs-0")));
            Assert.Equal(WireSerializer.Id, own.Identifier);
            Assert.Same(own, system.Serialization.FindSerializerForType(typeof(DutyMessages.Locate)));

            Assert.Throws<SerializationException>(() => system.Serialization.FindSerializerFor(new Anything("x")));
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Fact]
    public async Task Frames_between_nodes_are_counted()
    {
        var systems = new[] { "a", "b" }.Select(_ => ActorSystem.Create(AkkaCluster.SystemName, Quiet.WithFallback(Settings("127.0.0.1:1")))).ToArray();
        try
        {
            var inbox = systems[1].ActorOf(Props.Create(() => new Answering()), "inbox");
            var address = ((ExtendedActorSystem)systems[1]).Provider.DefaultAddress;
            Assert.Equal("akka.tcp", address.Protocol);
            var (frames, bytes) = (RemotingMetrics.FramesSent.Value, RemotingMetrics.FrameBytesSent.Value);

            var answer = await systems[0].ActorSelection(inbox.Path.ToStringWithAddress(address)).Ask<ActorIdentity>(new Identify("x"), TimeSpan.FromSeconds(30));

            Assert.NotNull(answer.Subject);
            Assert.True(RemotingMetrics.FramesSent.Value >= frames + 2, "a question and its answer");
            Assert.True(RemotingMetrics.FrameBytesSent.Value - bytes > inbox.Path.ToStringWithAddress(address).Length);
        }
        finally
        {
            foreach (var system in systems)
                await system.Terminate();
        }
    }

    private sealed class Answering : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }

    private static Config Quiet => ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, remote.dot-netty.tcp.port = 0 }");

    private static Config Settings(string listen)
    {
        var address = NodeAddress.Parse(listen, "", "");
        return AkkaCluster.Settings(new ClusterOptions(address, address, [], ["vmhost", "gateway"], null));
    }

    private sealed record Anything(string Text);
}
