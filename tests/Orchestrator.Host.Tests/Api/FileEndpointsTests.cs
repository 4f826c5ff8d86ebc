using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.Protocol.Agent.Files;

namespace Orchestrator.Host.Tests.Api;

/// <summary>Files as bodies: whole, or visibly not.</summary>
public sealed class FileEndpointsTests : IAsyncLifetime
{
    private readonly FakeVm _vm = new("web1", new Guid("00000000-0000-4000-8000-000000000001"));
    private readonly GuestFiles _files;
    private ServedNode _node = null!;

    public FileEndpointsTests() => _files = new GuestFiles(_vm);

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        await _node.AddAsync(_vm, new FakeVm("db1", new Guid("00000000-0000-4000-8000-0000000000d1")) { HasAgent = false });
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData((2 * GuestFile.ChunkBytes) + 3)]
    public async Task File_goes_in_and_comes_back(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);

        using var put = await _node.Http.PutAsync("v1/vms/web1/file?path=/tmp/a%20b", new ByteArrayContent(bytes));
        using var get = await _node.Http.GetAsync("v1/vms/web1/file?path=/tmp/a%20b");

        var outcome = JsonElement.Parse(await put.Content.ReadAsStringAsync());
        Assert.Equal("Succeeded", outcome.GetProperty("phase").GetString());
        Assert.Equal(
            $$"""{"count":{{length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}","verified":"read-back"}""",
            outcome.GetProperty("result").GetRawText());
        Assert.Equal((HttpStatusCode.OK, "application/octet-stream", length), (get.StatusCode, get.Content.Headers.ContentType!.MediaType, get.Content.Headers.ContentLength));
        Assert.Equal(bytes, await get.Content.ReadAsByteArrayAsync());
        await TestKit.Eventually.TrueAsync(() => _files.OpenHandles == 0, TimeSpan.FromSeconds(30), "the handles are closed");
    }

    [Fact]
    public async Task What_is_appended_comes_behind()
    {
        _files.Contents["/tmp/log"] = [1, 2];

        using var put = await _node.Http.PutAsync("v1/vms/web1/file?path=/tmp/log&append=true", new ByteArrayContent([3]));

        Assert.Equal("Succeeded", JsonElement.Parse(await put.Content.ReadAsStringAsync()).GetProperty("phase").GetString());
        Assert.Equal([1, 2, 3], _files.Contents["/tmp/log"]);
    }

    [Theory]
    [InlineData("web1", "Refused", "GuestError")]
    [InlineData("db1", "Undelivered", "AgentAbsent")]
    public async Task File_that_cannot_be_read_is_a_problem_with_its_outcome(string vm, string phase, string reason)
    {
        using var answer = await _node.Http.GetAsync($"v1/vms/{vm}/file?path=/no/such/file");

        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.BadGateway, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal("transfer-failed", problem.GetProperty("code").GetString());
        Assert.Equal((vm, phase, reason), (problem.GetProperty("outcome").GetProperty("name").GetString(), problem.GetProperty("outcome").GetProperty("phase").GetString(), problem.GetProperty("outcome").GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("v1/vms/web1/file?path=", HttpStatusCode.BadRequest)]
    [InlineData("v1/vms/web1/file", HttpStatusCode.BadRequest)]
    [InlineData("v1/vms/web1/file?path=/x&timeoutMs=0", HttpStatusCode.BadRequest)]
    [InlineData("v1/vms/web9/file?path=/x", HttpStatusCode.NotFound)]
    public async Task Wrong_request_is_a_problem(string path, HttpStatusCode status)
    {
        using var get = await _node.Http.GetAsync(path);
        using var put = await _node.Http.PutAsync(path, new ByteArrayContent([1]));

        Assert.Equal((status, status), (get.StatusCode, put.StatusCode));
    }

    [Fact]
    public async Task Answer_that_fails_in_the_middle_does_not_look_whole()
    {
        _files.Contents["/tmp/x"] = new byte[4 * GuestFile.ChunkBytes];
        _files.BeforeRead = reads =>
        {
            if (reads == 3)
                _files.Contents["/tmp/x"] = [];
        };

        using var answer = await _node.Http.GetAsync("v1/vms/web1/file?path=/tmp/x", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAsync<HttpIOException>(async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
        await TestKit.Eventually.TrueAsync(() => _files.OpenHandles == 0, TimeSpan.FromSeconds(30), "the handle is closed");
    }

    [Fact]
    public async Task Body_is_not_asked_for_when_the_guest_does_not_take_it_and_may_be_of_any_length()
    {
        var body = new CountedContent(1L << 40);
        using var request = new HttpRequestMessage(HttpMethod.Put, "v1/vms/db1/file?path=/tmp/x") { Content = body, Headers = { ExpectContinue = true } };

        using var answer = await _node.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("Undelivered", JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("outcome").GetProperty("phase").GetString());
        Assert.False(body.WasAskedFor);
    }

    [Fact]
    public async Task Caller_that_leaves_in_the_middle_is_an_outcome_of_its_own()
    {
        using var leave = new CancellationTokenSource();
        var half = new HalfContent(GuestFile.ChunkBytes);
        var put = _node.Http.PutAsync("v1/vms/web1/file?path=/tmp/half", half, leave.Token);
        await TestKit.Eventually.TrueAsync(() => _files.Contents.GetValueOrDefault("/tmp/half")?.Length > 0, TimeSpan.FromSeconds(30), "a chunk is in the guest");

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        await TestKit.Eventually.TrueAsync(async () => (await _node.Http.GetStringAsync("v1/jobs")).Contains("TransferAborted", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "the job has its outcome");
        Assert.Equal(0, _files.OpenHandles);
    }

    /// <summary>One in five once cut the connection instead, so it is tried many times.</summary>
    [Fact]
    public async Task Guest_that_is_full_is_told_to_a_caller_that_sends_on()
    {
        _vm.AgentAnswers["guest-file-write"] = _ => throw new FakeAgentException("No space left on device");

        for (var time = 0; time < 40; time++)
        {
            using var answer = await _node.Http.PutAsync("v1/vms/web1/file?path=/tmp/x", new ByteArrayContent(new byte[20 * GuestFile.ChunkBytes]));

            var outcome = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("outcome");
            Assert.Equal(("Refused", "Applied"), (outcome.GetProperty("phase").GetString(), outcome.GetProperty("effect").GetString()));
            Assert.Equal("0 bytes were written to /tmp/x", outcome.GetProperty("message").GetString());
        }
    }

    /// <summary>Content that must not be asked for.</summary>
    private sealed class CountedContent(long length) : HttpContent
    {
        public bool WasAskedFor { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            WasAskedFor = true;
            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }

    /// <summary>Content that stops after a while and never ends.</summary>
    private sealed class HalfContent(int length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[length], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length * 2;
            return true;
        }
    }
}
