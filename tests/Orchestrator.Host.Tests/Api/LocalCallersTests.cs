using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

/// <summary>A web page in the user's browser reaches a loopback address, by itself or by a name that resolves to it.</summary>
public sealed class LocalCallersTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8421")]
    [InlineData("127.0.0.1:8421")]
    [InlineData("127.8.8.8")]
    [InlineData("[::1]:8421")]
    public async Task Local_names_are_served(string host) => Assert.Equal(StatusCodes.Status200OK, await AskAsync(IPAddress.Loopback, host));

    [Theory]
    [InlineData("evil.example", null)]
    [InlineData("localhost.evil.example", null)]
    [InlineData("127.0.0.1.evil.example", null)]
    [InlineData("192.0.2.1", null)]
    [InlineData("", null)]
    [InlineData("localhost", "http://localhost")]
    [InlineData("127.0.0.1:8421", "http://evil.example")]
    [InlineData("127.0.0.1:8421", "null")]
    public async Task Web_pages_are_refused(string host, string? origin) => Assert.Equal(StatusCodes.Status403Forbidden, await AskAsync(IPAddress.Loopback, host, origin));

    [Theory]
    [InlineData("orchestrator.sock", null)]
    [InlineData("", "null")]
    public async Task Unix_socket_needs_no_name(string host, string? origin) => Assert.Equal(StatusCodes.Status200OK, await AskAsync(null, host, origin));

    private static async Task<int> AskAsync(IPAddress? from, string host, string? origin = null)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Connection.RemoteIpAddress = from;
        context.Request.Host = new HostString(host);
        if (origin is not null)
            context.Request.Headers.Origin = origin;
        await new LocalCallers(_ => Task.CompletedTask).InvokeAsync(context);
        return context.Response.StatusCode;
    }
}
