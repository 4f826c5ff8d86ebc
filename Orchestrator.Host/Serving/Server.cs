using System.Collections.Frozen;
using Akka.Hosting;
using Microsoft.Extensions.Logging.Console;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Api;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Webhooks;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Serving;

/// <summary><c>orchestrator serve</c>: one node with all roles, in one process.</summary>
internal static class Server
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Serves until the token is cancelled.</summary>
    /// <exception cref="ServeException">The node cannot start as asked.</exception>
    public static async Task<int> RunAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        var config = Merge(options);
        var endpoints = (config.Listen.Count > 0 ? config.Listen : [DefaultEndpoint.SocketPath()]).Select(ListenEndpoint.Parse).ToArray();
        var guest = UserSchemas.Load(config.Schemas);
        var controllers = ControllerLoader.Load(config.Controllers, options.Config ?? "the configuration");
        using var data = DataDirectory.Take(config.Data ?? DefaultDataDirectory.Path());
        foreach (var endpoint in endpoints)
            await endpoint.PrepareAsync(cancellationToken).ConfigureAwait(false);
        using var sockets = config.Endpoint.Sockets ? await TakeSocketsAsync(config.Data is null ? null : data, endpoints).ConfigureAwait(false) : null;
        await using var store = await NodeStore.OpenAsync(data.Path, config.Store, config.Host ?? Environment.MachineName, TimeProvider.System).ConfigureAwait(false);
        await using var app = Build(config, guest, endpoints, sockets, store, new NodeControllers(controllers, store.Controllers, store.Outputs.RestoreAsync));
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"orchestrator {SystemEndpoints.Version} serves {string.Join(", ", endpoints.Select(endpoint => endpoint.ToString()))}").ConfigureAwait(false);
        await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        return 0;
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
        return config;
    }

    private static WebApplication Build(NodeConfig config, GuestNamespace guest, IReadOnlyList<ListenEndpoint> endpoints, QmpSocketDirectory? sockets, NodeStore store, NodeControllers controllers)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "orchestrator" });
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
            foreach (var endpoint in endpoints)
                endpoint.AddTo(server);
        });
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = ListenEndpoint.Bind);
        builder.Logging.ClearProviders().AddConsole(console => console.FormatterName = HarmlessConsole.FormatterName).AddConsoleFormatter<HarmlessConsole, ConsoleFormatterOptions>().SetMinimumLevel(LogLevel.Warning).AddFilter("Orchestrator", LogLevel.Information);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("openapi");
        AddStore(builder.Services, config, store);
        AddNode(builder.Services, config, guest, sockets, store, controllers);
        var app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<LocalCallers>();
        app.UseWebSockets();
        ApiEndpoints.Map(app);
        return app;
    }

    private static void AddStore(IServiceCollection services, NodeConfig config, NodeStore store)
    {
        services.AddSingleton(store.Database);
        services.AddSingleton(store.Outputs);
        services.AddSingleton(store.Jobs);
        services.AddSingleton(store.Leases);
        services.AddSingleton(config.History.Limits("the configuration"));
        services.AddSingleton(TimeProvider.System);
        services.AddHostedService<HistoryTrimmer>();
    }

    private static void AddNode(IServiceCollection services, NodeConfig config, GuestNamespace guest, QmpSocketDirectory? sockets, NodeStore store, NodeControllers controllers)
    {
        var host = config.Host ?? Environment.MachineName;
        var settings = new VmSettings { Agent = new AgentSessionOptions { Guest = guest } };
        var endpoint = new EndpointSettings { Allowed = config.Endpoint.Allow.ToFrozenSet() };
        var parts = new LocalParts { Logs = new EventLogs(settings.Time) };
        services.AddSingleton(new VmSources(config));
        services.AddSingleton(new EventStreams(EventStreams.DefaultMost));
        services.AddSingleton<IWebhookSender>(_ => new HttpWebhookSender(host, settings.Time));
        services.AddAkka("orchestrator", (akka, provider) => akka
            .ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
            })
            .AddNodeActors(new NodeParts
            {
                Local = parts,
                Host = host,
                Settings = settings,
                Guest = guest,
                Endpoint = endpoint,
                Store = store,
                EventLog = new EventLogSettings { Retention = config.Events.Retention("the configuration") },
                Webhooks = provider.GetRequiredService<IWebhookSender>(),
                Controllers = controllers,
            }));
        services.AddSingleton(controllers);
        services.AddSingleton(provider => new Node(provider.GetRequiredService<IReadOnlyActorRegistry>(), parts, host, guest, settings.Time));
        services.AddSingleton(provider => new QmpSockets(sockets, provider.GetRequiredService<Node>(), provider.GetRequiredService<ILogger<QmpSockets>>()));
        services.AddHostedService(provider => provider.GetRequiredService<QmpSockets>());
        services.AddHostedService<VmWatcher>();
        services.AddHostedService<ThawAtStop>();
    }
}
