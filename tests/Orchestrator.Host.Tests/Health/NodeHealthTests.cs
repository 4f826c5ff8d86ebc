using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Health;

namespace Orchestrator.Host.Tests.Health;

public sealed class NodeHealthTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(CheckStatus.Ok, CheckStatus.Ok)]
    [InlineData(CheckStatus.Degraded, CheckStatus.Degraded, CheckStatus.Ok)]
    [InlineData(CheckStatus.Failing, CheckStatus.Degraded, CheckStatus.Failing, CheckStatus.Ok)]
    [InlineData(CheckStatus.Ok)]
    public async Task Node_is_as_well_as_the_worst_of_its_checks(CheckStatus expected, params CheckStatus[] found)
    {
        var health = await new NodeHealth(found.Select((status, at) => new Check($"c{at}", _ => Task.FromResult(new CheckResult(status, "why")))), _time).ReadyAsync(default);

        Assert.Equal(expected, health.Status);
        Assert.Equal(found, health.Checks.Select(check => check.Status));
    }

    [Fact]
    public async Task Checks_are_told_by_name()
    {
        var health = await new NodeHealth([new Check("b", _ => Task.FromResult(CheckResult.Ok)), new Check("a", _ => Task.FromResult(new CheckResult(CheckStatus.Degraded, "slow")))], _time).ReadyAsync(default);

        Assert.Equal([new CheckView("a", CheckStatus.Degraded, "slow"), new CheckView("b", CheckStatus.Ok, null)], health.Checks);
    }

    [Fact]
    public async Task Check_that_throws_fails_alone()
    {
        var health = await new NodeHealth([new Check("a", _ => throw new IOException("no disk")), new Check("b", _ => Task.FromException<CheckResult>(new IOException("no net"))), new Check("c", _ => Task.FromResult(CheckResult.Ok))], _time).ReadyAsync(default);

        Assert.Equal([new CheckView("a", CheckStatus.Failing, "no disk"), new CheckView("b", CheckStatus.Failing, "no net"), new CheckView("c", CheckStatus.Ok, null)], health.Checks);
    }

    [Fact]
    public async Task Check_that_does_not_end_fails_in_time_whether_or_not_it_heeds_its_token()
    {
        var deaf = new Check("deaf", _ => new TaskCompletionSource<CheckResult>().Task);
        var heedful = new Check("heedful", async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return CheckResult.Ok;
        });
        var asked = new NodeHealth([deaf, heedful], _time).ReadyAsync(default);
        Assert.False(asked.IsCompleted);

        _time.Advance(NodeHealth.Patience);

        Assert.All((await asked).Checks, check => Assert.Equal((CheckStatus.Failing, "no answer within 2 s"), (check.Status, check.Message)));
    }

    [Fact]
    public async Task Who_asked_and_left_is_not_answered()
    {
        using var left = new CancellationTokenSource();
        var asked = new NodeHealth([new Check("a", _ => new TaskCompletionSource<CheckResult>().Task)], _time).ReadyAsync(left.Token);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task Only_what_a_restart_would_cure_is_asked_whether_it_lives() =>
        Assert.Equal(new HealthView(CheckStatus.Ok, []).Status, (await new NodeHealth([new Check("store", _ => throw new IOException("away"))], _time).AliveAsync(default)).Status);

    [Theory]
    [InlineData(true, null, CheckStatus.Ok, null)]
    [InlineData(true, "denied", CheckStatus.Degraded, "VMs that come and go are not noticed: denied")]
    [InlineData(false, null, CheckStatus.Failing, "have not been read yet")]
    [InlineData(false, "denied", CheckStatus.Failing, "cannot be read: denied")]
    public void Sources_of_VMs_must_have_been_read_once(bool isRead, string? trouble, CheckStatus status, string? message)
    {
        var found = VmSourcesCheck.Of(isRead, trouble);

        Assert.Equal(status, found.Status);
        Assert.Contains(message ?? "", found.Message ?? "");
    }

    private sealed class Check(string name, Func<CancellationToken, Task<CheckResult>> look) : INodeCheck
    {
        public string Name => name;

        public Task<CheckResult> CheckAsync(CancellationToken cancellationToken) => look(cancellationToken);
    }
}
