using System.Net;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Api;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Api;

/// <summary>What was asked of a part that went to another node before it answered: its caller is told so at once, and is not left to wait.</summary>
public sealed class PartThatMovesTests : IAsyncLifetime
{
    private const string Job = "01M82CJW409EM7RK8X67000001";
    private readonly ActorSystem _system = ActorSystem.Create("moving", "akka { loglevel = OFF, stdout-loglevel = OFF }");
    private readonly DirectoryInfo _outputs = Directory.CreateTempSubdirectory("orc-");
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutputFiles _files = null!;
    private ServedEndpoints _endpoints = null!;
    private IActorRef _part = null!;

    public async Task InitializeAsync()
    {
        _files = OutputFiles.Open(_outputs.FullName);
        _part = _system.ActorOf(Props.Create(() => new Asked(_asked)));
        var parts = new LocalParts { Logs = new EventLogs(TimeProvider.System) };
        foreach (var name in new[] { LocalParts.AllJobs, LocalParts.Freezes, LocalParts.Subscriptions, LocalParts.Controllers })
            parts.Add(name, _part);
        _endpoints = await ServedEndpoints.StartAsync(
            new Node(ActorRegistry.For(_system), parts, "node1", GuestNamespace.BuiltIn, TimeProvider.System),
            services => services.AddSingleton(_files).AddSingleton(LeaseBook.InMemory()).AddSingleton(new NodeControllers([], new MemoryControllerStore(), Task.FromResult)),
            routes =>
            {
                JobEndpoints.Map(routes);
                OutputEndpoints.Map(routes);
                FreezeEndpoints.Map(routes);
                SnapshotEndpoints.Map(routes);
                SubscriptionEndpoints.Map(routes);
                ControllerEndpoints.Map(routes);
            });
    }

    public async Task DisposeAsync()
    {
        await _endpoints.DisposeAsync();
        await _system.Terminate();
        await _files.DisposeAsync();
        _outputs.Delete(recursive: true);
    }

    [Theory]
    [InlineData("GET", "v1/jobs")]
    [InlineData("POST", "v1/jobs", """{"target":"*","command":"guest-ping"}""")]
    [InlineData("GET", $"v1/jobs/{Job}")]
    [InlineData("GET", $"v1/jobs/{Job}/invocations")]
    [InlineData("GET", $"v1/jobs/{Job}/invocations/web1/stdout")]
    [InlineData("GET", $"v1/jobs/{Job}/events")]
    [InlineData("GET", $"v1/jobs/{Job}/export")]
    [InlineData("POST", $"v1/jobs/{Job}:cancel")]
    [InlineData("GET", "v1/freezes")]
    [InlineData("POST", "v1/freezes", """{"target":"*"}""")]
    [InlineData("GET", "v1/freezes/f1")]
    [InlineData("POST", "v1/freezes/f1:thaw")]
    [InlineData("POST", "v1/freezes/f1:extend")]
    [InlineData("POST", "v1/snapshots", """{"target":"*","name":"s1"}""")]
    [InlineData("GET", "v1/subscriptions")]
    [InlineData("POST", "v1/subscriptions", """{"url":"https://example.com/"}""")]
    [InlineData("POST", "v1/subscriptions/s1:pause")]
    [InlineData("POST", "v1/subscriptions/s1:test")]
    [InlineData("GET", "v1/subscriptions/s1/dead-letters")]
    [InlineData("POST", "v1/subscriptions/s1:discard", """{"ids":["1"]}""")]
    [InlineData("GET", "v1/controllers")]
    [InlineData("GET", "v1/controllers/facts")]
    public async Task Caller_is_told_to_ask_again(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        var answering = _endpoints.Http.SendAsync(request);
        await Task.WhenAny(_asked.Task, answering);

        _system.Stop(_part);

        using var answer = await answering;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "moving"), (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString()));
    }

    /// <summary>Answers nothing.</summary>
    private sealed class Asked : UntypedActor
    {
        private readonly TaskCompletionSource _asked;

        public Asked(TaskCompletionSource asked) => _asked = asked;

        protected override void OnReceive(object message) => _asked.TrySetResult();
    }
}
