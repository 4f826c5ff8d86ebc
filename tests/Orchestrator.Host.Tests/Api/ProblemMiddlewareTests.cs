using System.Text.Json;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

public class ProblemMiddlewareTests
{
    [Fact]
    public async Task Actor_that_left_while_it_was_asked_is_no_fault_of_the_node()
    {
        var (status, problem) = await RunAsync(_ => throw new AskTimeoutException("no answer"));

        Assert.Equal((503, "no-answer"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Fault_of_the_node_tells_nothing_of_itself()
    {
        var (status, problem) = await RunAsync(_ => throw new InvalidOperationException("a secret"));

        Assert.Equal((500, "internal-error"), (status, problem.GetProperty("code").GetString()));
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<(int Status, JsonElement Problem)> RunAsync(RequestDelegate next)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider(), Response = { Body = body } };
        await new ProblemMiddleware(next, NullLogger<ProblemMiddleware>.Instance).InvokeAsync(context);
        return (context.Response.StatusCode, JsonElement.Parse(body.ToArray()));
    }
}
