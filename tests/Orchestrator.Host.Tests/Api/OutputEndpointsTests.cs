using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Api;

/// <summary>The endpoints alone, over a job whose outcomes are given.</summary>
public sealed class OutputEndpointsTests : IAsyncLifetime
{
    private const string Job = "01M82CJW409EM7RK8X67000001";
    private static readonly byte[] Large = [.. Enumerable.Range(0, 100_000).Select(at => (byte)(at * 31))];
    private static readonly VmId Web1 = new(new Guid("00000000-0000-4000-8000-000000000001"));
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private readonly ActorSystem _system = ActorSystem.Create("outputs");
    private OutputFiles _files = null!;
    private ServedEndpoints _endpoints = null!;

    private IReadOnlyList<Outcome> _outcomes = [];

    public async Task InitializeAsync()
    {
        _files = OutputFiles.Open(Path.Combine(_directory.FullName, "outputs"));
        var kept = await _files.KeepAsync(Job, [(0, OfProgram("web1", Large) with { Vm = Web1, Result = JsonSerializer.SerializeToUtf8Bytes(new string('x', 70_000)) })]);
        _outcomes = [kept[0].Outcome, OfProgram("small", "0123456789"u8.ToArray()), Of("off"), OfProgram("twin", [1]), OfProgram("twin", [2]) with { Host = "node2" }];
        var actors = ActorRegistry.For(_system);
        var parts = new LocalParts { Logs = new EventLogs(TimeProvider.System) };
        parts.Add(LocalParts.AllJobs, _system.ActorOf(Props.Create(() => new Jobs(_outcomes))));
        _endpoints = await ServedEndpoints.StartAsync(new Node(actors, parts, "node1", GuestNamespace.BuiltIn, TimeProvider.System), services => services.AddSingleton(_files), OutputEndpoints.Map);
    }

    public async Task DisposeAsync()
    {
        await _endpoints.DisposeAsync();
        await _system.Terminate();
        await _files.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("web1")]
    [InlineData("00000000-0000-4000-8000-000000000001")]
    public async Task Kept_output_comes_whole_with_its_length_and_a_strong_tag(string vm)
    {
        using var answer = await GetAsync($"{vm}/stdout");

        Assert.Equal((HttpStatusCode.OK, "application/octet-stream", (long?)Large.Length), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentLength));
        Assert.Equal($"\"{_outcomes[0].Exec!.StdoutKept!.Sha256}\"", answer.Headers.ETag!.ToString());
        Assert.Equal("bytes", Assert.Single(answer.Headers.AcceptRanges));
        Assert.Equal(Large, await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(0L, 9L)]
    [InlineData(99_990L, null)]
    [InlineData(null, 5L)]
    public async Task Part_of_an_output_comes_as_206(long? from, long? to)
    {
        using var answer = await GetAsync("web1/stdout", new RangeHeaderValue(from, to));

        var (first, end) = from is { } at ? ((int)at, to is { } last ? (int)last + 1 : Large.Length) : (Large.Length - (int)to!.Value, Large.Length);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal($"bytes {first}-{end - 1}/{Large.Length}", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(Large[first..end], await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Small_output_and_result_come_by_the_same_paths()
    {
        using var part = await GetAsync("small/stdout", new RangeHeaderValue(2, 4));
        Assert.Equal((HttpStatusCode.PartialContent, "234"), (part.StatusCode, await part.Content.ReadAsStringAsync()));

        using var error = await GetAsync("small/stderr");
        Assert.Equal((HttpStatusCode.OK, ""), (error.StatusCode, await error.Content.ReadAsStringAsync()));

        using var result = await GetAsync("web1/result");
        Assert.Equal("application/json", result.Content.Headers.ContentType!.MediaType);
        Assert.Equal(70_000, JsonElement.Parse(await result.Content.ReadAsStringAsync()).GetString()!.Length);
    }

    [Fact]
    public async Task Who_has_it_already_gets_304()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{Job}/invocations/web1/stdout");
        request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{_outcomes[0].Exec!.StdoutKept!.Sha256}\""));

        using var answer = await _endpoints.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
    }

    [Theory]
    [InlineData("web1/stdout", 100_000)]
    [InlineData("small/stdout", 10)]
    [InlineData("small/stderr", 0)]
    public async Task Part_behind_the_end_is_a_problem_that_tells_the_size(string path, int length)
    {
        using var answer = await GetAsync(path, new RangeHeaderValue(length, length + 5));

        Assert.Equal($"bytes */{length}", answer.Content.Headers.ContentRange!.ToString());
        await AssertProblemAsync(answer, HttpStatusCode.RequestedRangeNotSatisfiable, "range-not-satisfiable");
    }

    [Theory]
    [InlineData("nobody/stdout", HttpStatusCode.NotFound, "output-not-found")]
    [InlineData("off/stdout", HttpStatusCode.NotFound, "output-not-found")]
    [InlineData("off/result", HttpStatusCode.NotFound, "output-not-found")]
    [InlineData("twin/stdout", HttpStatusCode.Conflict, "ambiguous-name")]
    [InlineData("web1/stdin", HttpStatusCode.NotFound, "not-found")]
    public async Task What_is_not_there_is_a_problem(string path, HttpStatusCode status, string code)
    {
        using var answer = await GetAsync(path);

        await AssertProblemAsync(answer, status, code);
    }

    [Fact]
    public async Task Unknown_job_and_removed_file_are_problems()
    {
        using var unknown = await _endpoints.Http.GetAsync("v1/jobs/none/invocations/web1/stdout");
        await AssertProblemAsync(unknown, HttpStatusCode.NotFound, "job-not-found");

        Directory.Delete(Path.Combine(_directory.FullName, "outputs", Job), recursive: true);
        using var removed = await GetAsync("web1/stdout");
        await AssertProblemAsync(removed, HttpStatusCode.NotFound, "output-not-found");
    }

    [Fact]
    public void Outcome_tells_where_its_large_outputs_are()
    {
        var view = JsonSerializer.SerializeToElement(OutcomeView.Of(_outcomes[0]), ApiJson.Default.OutcomeView);

        var stdout = view.GetProperty("exec").GetProperty("stdout");
        Assert.Equal($$"""{"bytes":100000,"truncated":false,"sha256":"{{_outcomes[0].Exec!.StdoutKept!.Sha256}}","href":"/v1/jobs/{{Job}}/invocations/{{Web1}}/stdout"}""", stdout.GetRawText());
        Assert.Equal($"/v1/jobs/{Job}/invocations/{Web1}/result", view.GetProperty("resultAt").GetProperty("href").GetString());
        Assert.False(view.TryGetProperty("result", out _));
    }

    private static Outcome Of(string name) => new() { Name = name, Host = "node1", Phase = Phase.Undelivered, Reason = Reasons.VmNotRunning, Effect = Effect.None };

    private static Outcome OfProgram(string name, byte[] output) => Of(name) with { Phase = Phase.Succeeded, Reason = null, Exec = new ExecOutcome { Pid = 1, ExitCode = 0, Stdout = output } };

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(code, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString());
    }

    private async Task<HttpResponseMessage> GetAsync(string path, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{Job}/invocations/{path}");
        request.Headers.Range = range;
        return await _endpoints.Http.SendAsync(request);
    }

    /// <summary>One job, two outcomes a page.</summary>
    private sealed class Jobs : UntypedActor
    {
        private readonly IReadOnlyList<Outcome> _outcomes;

        public Jobs(IReadOnlyList<Outcome> outcomes) => _outcomes = outcomes;

        protected override void OnReceive(object message)
        {
            var read = (JobQueries.Read)message;
            if (read.JobId != Job)
            {
                Sender.Tell(new JobReplies.Rejected("job-not-found", "there is none"));
                return;
            }
            var page = _outcomes.Skip(read.After).Take(2).ToArray();
            var job = Tests.Storage.Samples.Ended(Tests.Storage.Samples.Job(1));
            Sender.Tell(new JobReplies.Page(page, read.After + page.Length, job));
        }
    }
}
