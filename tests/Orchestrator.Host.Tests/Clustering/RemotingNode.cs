using System.Threading.Channels;
using Akka.Actor;
using Akka.Hosting;
using Akka.Remote;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>An actor system on loopback, made as a node makes its own, with an actor that everybody who gets in may write to.</summary>
internal sealed class RemotingNode : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _failed = Channel.CreateUnbounded<string>();

    private RemotingNode(string name, RemoteOptions options, ClusterTls? tls)
    {
        (options.HostName, options.Port) = (TestAuthority.Loopback, options.Port ?? 0);
        var builder = new HostBuilder();
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureServices(services => services.AddAkka(name, akka =>
        {
            tls?.Secure(akka);
            akka.AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF }", HoconAddMode.Prepend);
            if (tls is null)
                akka.AddHocon("akka.remote.dot-netty.tcp.connection-timeout = 2s", HoconAddMode.Prepend);
            akka
            .ConfigureLoggers(loggers => loggers.ClearLoggers())
            .WithRemoting(options)
            .WithActors((system, _) =>
            {
                system.ActorOf(Props.Create(() => new Collector(_received.Writer)), "inbox");
                var failures = system.ActorOf(Props.Create(() => new FailureCollector(_failed.Writer)));
                system.EventStream.Subscribe(failures, typeof(AssociationErrorEvent));
            });
        }));
        _host = builder.Build();
    }

    private ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    public Address Address => ((ExtendedActorSystem)System).Provider.DefaultAddress;

    /// <summary>The address without TLS, for those who would like it better.</summary>
    public Address PlainAddress => new("akka.tcp", Address.System, Address.Host, Address.Port);

    /// <summary>A system that is secured as nodes are.</summary>
    public static Task<RemotingNode> StartAsync(string name, ClusterTls tls, int port = 0) => StartAsync(name, new RemoteOptions { Port = port }, tls);

    /// <summary>A system with Akka's own transport.</summary>
    public static Task<RemotingNode> StartAsync(string name, RemoteOptions options) => StartAsync(name, options, null);

    private static async Task<RemotingNode> StartAsync(string name, RemoteOptions options, ClusterTls? tls)
    {
        var node = new RemotingNode(name, options, tls);
        await node._host.StartAsync();
        return node;
    }

    public void Send(Address to, string text) => System.ActorSelection(new RootActorPath(to) / "user" / "inbox").Tell(text, ActorRefs.NoSender);

    /// <summary>The next message from anywhere.</summary>
    public async Task<string> ReceiveAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(Limit, TimeProvider.System);

    /// <summary>Whether there is a message that was not asked for yet.</summary>
    public bool HasReceived => _received.Reader.TryPeek(out _);

    /// <summary>The next failure to get an association. With Akka's own transport it may be the end of the system.</summary>
    public async Task FailureAsync() => await (await Task.WhenAny(_failed.Reader.ReadAsync().AsTask(), System.WhenTerminated).WaitAsync(Limit, TimeProvider.System));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class Collector : ReceiveActor
    {
        public Collector(ChannelWriter<string> received) => Receive<string>(text => received.TryWrite(text));
    }

    private sealed class FailureCollector : ReceiveActor
    {
        public FailureCollector(ChannelWriter<string> failed) => Receive<AssociationErrorEvent>(failure => failed.TryWrite(failure.ToString()));
    }
}
