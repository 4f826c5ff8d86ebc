using System.Collections.Frozen;
using Akka.Hosting;
using Microsoft.AspNetCore.Connections;
using Orchestrator.Actors.Dispatch;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Api;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Clustering.Tls;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Health;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;
using Orchestrator.Host.Telemetry;
using Orchestrator.Host.Webhooks;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Transport.Loop;
using Endpoint = Orchestrator.Protocol.Transport.Endpoint;

namespace Orchestrator.Host.Serving;

/// <summary><c>orchestrator serve</c>: one node with all roles, in one process.</summary>
internal static class Server
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A node of a cluster hands over what it does before it leaves.</summary>
    public static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(25);

    private enum NodeEnd
    {
        Stopped,
        PutOut,
    }

    /// <summary>Serves until the token is cancelled. A node that its cluster put out serves on, and joins it again.</summary>
    /// <exception cref="ServeException">The node cannot start as asked.</exception>
    public static async Task<int> RunAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        var manager = ServiceManager.OfProcess();
        await using var told = cancellationToken.Register(manager.Stops).ConfigureAwait(false);
        for (var isAgain = false; await ServeAsync(options, manager, isAgain, cancellationToken).ConfigureAwait(false) == NodeEnd.PutOut; isAgain = true)
            await Console.Error.WriteLineAsync("the cluster has put this node out: it starts anew, and joins again").ConfigureAwait(false);
        return 0;
    }

    /// <param name="options">As they were given.</param>
    /// <param name="manager">Is told when it serves.</param>
    /// <param name="isAgain">Whether it served before and was put out: then it begins also without the store, which may be cut off with it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private static async Task<NodeEnd> ServeAsync(ServeOptions options, ServiceManager manager, bool isAgain, CancellationToken cancellationToken)
    {
        var config = Merge(options);
        var host = config.Host ?? Environment.MachineName;
        var cluster = config.Cluster.Options("the configuration");
        RemoteHostConfig.Validate(config, options.Config ?? "the configuration");
        if (cluster is not null)
            cluster = cluster with { OwnDuties = [.. config.RemoteHosts.Keys.Select(ClusterDuties.OfVmHost)] };
        if (cluster is not null && config.Store is null)
            throw new ServeException("the nodes of a cluster share what they must not forget: 'store' (--store) must be the PostgreSQL of all of them, postgres://USER:PASSWORD@HOST:PORT/DATABASE");
        var endpoints = (config.Listen.Count > 0 ? config.Listen : [DefaultEndpoint.SocketPath()]).Select(ListenEndpoint.Parse).ToArray();
        var guest = UserSchemas.Load(config.Schemas);
        var controllers = ControllerLoader.Load(config.Controllers, options.Config ?? "the configuration");
        using var logs = LoggerFactory.Create(logging => logging.AddLog(config.LogFormat));
        using var data = DataDirectory.Take(config.Data ?? DefaultDataDirectory.Path());
        foreach (var endpoint in endpoints)
            await endpoint.PrepareAsync(cancellationToken).ConfigureAwait(false);
        if (cluster is not null)
            ClusterPorts.Require(cluster, cluster.Tls is not null);
        using var sockets = config.Endpoint.Sockets ? await TakeSocketsAsync(config.Data is null ? null : data, endpoints).ConfigureAwait(false) : null;
        await using var store = await NodeStore.OpenAsync(data.Path, cluster is null ? config.Store : null, host, TimeProvider.System).ConfigureAwait(false);
        await using var clusterStore = cluster is null ? null : await ClusterStore.OpenAsync(config.Store!, store.Outputs, TimeProvider.System, isAgain).ConfigureAwait(false);
        if (cluster is not null && !isAgain)
            await NodeName.TakeAsync(clusterStore!.Duties, host, cluster.Listen).ConfigureAwait(false);
        var tls = cluster?.Tls is { } files ? ClusterTls.Load(new ClusterTlsFiles(files.Certificate!, files.Key!, files.Authority!), [host, cluster.Listen.Host, cluster.Peer.Host], TimeProvider.System, logs.CreateLogger<ClusterTls>()) : null;
        var clustering = cluster is null ? null : new ClusterParts(cluster, clusterStore!, tls);
        Func<Outcome, Task<Outcome>> restore = store.Outputs.RestoreAsync;
        await using var app = Build(config, guest, endpoints, sockets, store, new NodeControllers(controllers, store.Controllers, outcome => restore(outcome)), clustering);
        if (clustering is not null)
            restore = app.Services.GetRequiredService<PeerOutputs>().RestoreAsync;
        // A node that is drained stops as well; one that its cluster has put out begins anew, and the service goes on.
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            if (clustering?.Actors.IsPutOut != true)
                manager.Stops();
        });
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        var serves = $"orchestrator {SystemEndpoints.Version} serves {string.Join(", ", endpoints.Select(endpoint => endpoint.ToString()))}";
        manager.Serves(serves);
        await Console.Error.WriteLineAsync(serves).ConfigureAwait(false);
        await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        if (clustering?.Actors.Refusal is { } refusal)
            throw new ServeException(refusal);
        return clustering?.Actors.IsPutOut == true && !cancellationToken.IsCancellationRequested ? NodeEnd.PutOut : NodeEnd.Stopped;
    }

    /// <summary>In the directory that was named for the node's data, else beside the API's socket. The API serves without them, too.</summary>
    private static async Task<QmpSocketDirectory?> TakeSocketsAsync(DataDirectory? data, IEnumerable<ListenEndpoint> endpoints)
    {
        var parent = data?.Path ?? Path.GetDirectoryName(endpoints.OfType<ListenEndpoint.Unix>().FirstOrDefault()?.SocketPath ?? DefaultEndpoint.SocketPath())!;
        try
        {
            return QmpSocketDirectory.Take(Path.Combine(parent, "qmp"));
        }
        catch (ServeException e)
        {
            await Console.Error.WriteLineAsync($"the VMs have no QMP sockets: {e.Message}").ConfigureAwait(false);
            return null;
        }
    }

    private static NodeConfig Merge(ServeOptions options)
    {
        var config = options.Config is { } path ? NodeConfigFile.Load(path) : new NodeConfig();
        if (options.VmDir is { } directory)
            config.VmDirs.Add(directory);
        if (options.Listen.Count > 0)
            config.Listen = [.. options.Listen];
        config.Data = options.Data ?? config.Data;
        config.Store = options.Store ?? config.Store;
        config.Host = options.Node ?? config.Host;
        config.Cluster.Listen = options.ClusterListen ?? config.Cluster.Listen;
        config.Cluster.Join.AddRange(options.Join);
        config.Cluster.Roles.AddRange(options.Roles);
        config.LogFormat = options.LogFormat ?? config.LogFormat;
        return config;
    }

    private static WebApplication Build(NodeConfig config, GuestNamespace guest, IReadOnlyList<ListenEndpoint> endpoints, QmpSocketDirectory? sockets, NodeStore store, NodeControllers controllers, ClusterParts? cluster)
    {
        // The framework's own settings are not of the directory in which the program is started: it would watch all that is below it for them, the whole disk in the worst case.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "orchestrator", ContentRootPath = AppContext.BaseDirectory, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
            foreach (var endpoint in endpoints)
                endpoint.AddTo(server);
            if (cluster is not null)
                PeerListener.AddTo(server, cluster);
        });
        if (cluster is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = ListenEndpoint.Bind);
        // The last one that is added is used.
        builder.Services.AddSingleton<IConnectionListenerFactory, ConnectionRefusal>();
        builder.Logging.AddLog(config.LogFormat);
        builder.AddNodeTelemetry(config.Telemetry, config.Host ?? Environment.MachineName);
        builder.Services.AddNodeHealth();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = cluster is null ? StopTimeout : LeaveTimeout);
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("openapi");
        AddStore(builder.Services, config, store, cluster);
        AddNode(builder.Services, config, guest, sockets, store, controllers, cluster);
        if (cluster is not null)
            AddCluster(builder.Services, config, cluster);
        var app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<LocalCallers>();
        app.UseWebSockets();
        if (cluster is not null)
            app.UseMiddleware<Forwarding>();
        ApiEndpoints.Map(app);
        if (cluster is not null)
            PeerRoutes.Map(app);
        return app;
    }

    private static void AddCluster(IServiceCollection services, NodeConfig config, ClusterParts cluster)
    {
        services.AddHttpForwarder();
        services.AddSingleton(cluster);
        services.AddSingleton(cluster.Actors);
        services.AddSingleton(cluster.Contacts);
        services.AddSingleton<FleetDirectory>();
        services.AddSingleton<ClusterJobs>();
        services.AddSingleton<ClusterMigrations>();
        services.AddSingleton(provider => new PeerOutputs(
            config.Host ?? Environment.MachineName, provider.GetRequiredService<OutputFiles>(), provider.GetRequiredService<FleetDirectory>(), provider.GetRequiredService<PeerClient>(), provider.GetRequiredService<Yarp.ReverseProxy.Forwarder.IHttpForwarder>(), TimeProvider.System));
        services.AddSingleton(cluster.Store.Duties);
        services.AddSingleton<Orchestrator.Actors.Clustering.IDutyStore>(cluster.Store.Duties);
        services.AddSingleton(_ => new PeerClient(cluster.Tls));
        services.AddSingleton<LentChannels>();
        services.AddClusterHealth();
        services.AddHostedService(provider => new NodeName(
            cluster, config.Host ?? Environment.MachineName, TimeProvider.System, provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<ILogger<NodeName>>()));
        services.AddHostedService(provider => new ClusterJoin(
            provider.GetRequiredService<Akka.Actor.ActorSystem>(), cluster, config.Host ?? Environment.MachineName, TimeProvider.System, provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<ILogger<ClusterJoin>>()));
    }

    private static void AddStore(IServiceCollection services, NodeConfig config, NodeStore store, ClusterParts? cluster)
    {
        services.AddSingleton(store.Database);
        services.AddSingleton(store.Outputs);
        services.AddSingleton(store.Jobs);
        services.AddSingleton(store.Leases);
        services.AddSingleton(config.History.Limits("the configuration"));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Func<IReadOnlyList<IJobStore>>>(cluster is null ? () => [store.Jobs] : () => cluster.JobStores.Now);
        services.AddHostedService(provider => new HistoryTrimmer(provider.GetRequiredService<Func<IReadOnlyList<IJobStore>>>(), provider.GetRequiredService<JobHistoryLimits>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<HistoryTrimmer>>())
        {
            Partitions = cluster is null ? 1 : ClusterDuties.All.Count,
            SweepAsync = cluster is null ? null : cluster.Store.SweepAsync,
        });
    }

    private static void AddNode(IServiceCollection services, NodeConfig config, GuestNamespace guest, QmpSocketDirectory? sockets, NodeStore store, NodeControllers controllers, ClusterParts? cluster)
    {
        var host = config.Host ?? Environment.MachineName;
        var settings = new VmSettings { Dispatcher = ActorSettings.VmDispatcher, Agent = new AgentSessionOptions { Guest = guest } };
        var endpoint = new EndpointSettings { Allowed = config.Endpoint.Allow.ToFrozenSet() };
        var parts = new LocalParts { Logs = new EventLogs(settings.Time) };
        var sources = new VmSources(config);
        services.AddSingleton(sources);
        // Made by the container, so that it ends after the actors.
        services.AddSingleton(_ => new SocketLoop("vms"));
        services.AddSingleton(new EventStreams(EventStreams.DefaultMost));
        services.AddSingleton<IWebhookSender>(_ => new HttpWebhookSender(host, settings.Time));
        services.AddAkka(AkkaCluster.SystemName, (akka, provider) => akka
            .ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
            })
            .AddHocon(ActorSettings.Text, HoconAddMode.Prepend)
            .AddSetup(new LoopSetup(provider.GetRequiredService<SocketLoop>()))
            .AddMembership(cluster)
            .AddNodeActors(new NodeParts
            {
                Cluster = cluster,
                Local = parts,
                Loggers = provider.GetRequiredService<ILoggerFactory>(),
                Host = host,
                RemoteHosts = sources.Remote,
                Settings = settings with { Connect = ConnectBy(provider, cluster) },
                Guest = guest,
                Endpoint = endpoint,
                Migration = config.Migration,
                Store = store,
                EventLog = new EventLogSettings { Retention = config.Events.Retention("the configuration"), WritePause = NodeParts.EventWritePause },
                Webhooks = provider.GetRequiredService<IWebhookSender>(),
                Controllers = controllers,
            }));
        services.AddSingleton(controllers);
        services.AddSingleton(provider => new Node(provider.GetRequiredService<IReadOnlyActorRegistry>(), parts, host, guest, settings.Time));
        services.AddSingleton(provider => new QmpSockets(sockets, provider.GetRequiredService<Node>(), provider.GetRequiredService<ILogger<QmpSockets>>()));
        services.AddHostedService(provider => provider.GetRequiredService<QmpSockets>());
        services.AddHostedService<VmWatcher>();
        services.AddHostedService(_ => new MemoryTrim(settings.Time));
        services.AddHostedService<ThawAtStop>();
        services.AddHostedService<MigrationsAtStop>();
    }

    private static Func<Endpoint, CancellationToken, Task<Stream>> ConnectBy(IServiceProvider provider, ClusterParts? cluster)
    {
        var loop = provider.GetRequiredService<SocketLoop>();
        return cluster is null ? ConnectAsync : new PeerChannels(provider.GetRequiredService<PeerClient>(), ConnectAsync).ConnectAsync;

        Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken)
        {
            DescriptorLimit.Demand();
            return loop.ConnectAsync(endpoint, cancellationToken);
        }
    }
}
