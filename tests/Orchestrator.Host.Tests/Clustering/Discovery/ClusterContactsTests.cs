using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Clustering.Discovery;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Tests.Clustering.Discovery;

/// <summary>All sources of a node together.</summary>
public sealed class ClusterContactsTests
{
    private static readonly NodeAddress Somewhere = new("10.0.0.1", 4053);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Source_that_fails_does_not_keep_the_others_from_telling()
    {
        var contacts = Of(Source("good", _ => Task.FromResult<IReadOnlyList<NodeAddress>>([Somewhere, Somewhere])), Source("bad", _ => throw new ContactException("why")));
        Assert.Empty(contacts.Last);

        var answers = await contacts.AskAsync(default);

        Assert.Same(answers, contacts.Last);
        Assert.Equal([("good", "10.0.0.1:4053", null), ("bad", "", "why")], answers.Select(answer => (answer.Source, string.Join(' ', answer.Addresses), answer.Trouble)));
    }

    [Fact]
    public async Task Source_that_does_not_answer_is_left_after_its_time()
    {
        var contacts = Of(Source("slow", async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return [];
        }));
        var asked = contacts.AskAsync(default);

        _time.Advance(ClusterContacts.Patience - TimeSpan.FromTicks(1));
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Contains("'slow' of 'join' had no answer within 5 s", Assert.Single(await asked).Trouble);
    }

    [Fact]
    public async Task Attempt_that_is_given_up_is_no_trouble_of_a_source()
    {
        using var stopping = new CancellationTokenSource();
        var asked = Of(Source("slow", async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return [];
        })).AskAsync(stopping.Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task Fleet_of_a_name_is_cut_to_what_can_be_asked()
    {
        var many = Enumerable.Range(1, 1000).Select(port => new NodeAddress("a.example", port)).ToArray();

        var answer = Assert.Single(await Of(Source("many", _ => Task.FromResult<IReadOnlyList<NodeAddress>>(many))).AskAsync(default));

        Assert.Equal(many[..ClusterContacts.MostOfOne], answer.Addresses);
    }

    [Fact]
    public async Task Sources_are_those_of_the_configuration()
    {
        var options = new ClusterOptions(Somewhere, Somewhere, [Somewhere], [], null) { Kubernetes = new KubernetesOptions("app=o", null, 1) };

        var answers = await ClusterContacts.Of(options, _time).AskAsync(default);

        Assert.Equal(["10.0.0.1:4053", "kubernetes:app=o"], answers.Select(answer => answer.Source));
        Assert.Contains("KUBERNETES_SERVICE_HOST", answers[1].Trouble);
    }

    private ClusterContacts Of(params IContactSource[] sources) => new(sources, _time);

    private static Scripted Source(string name, Func<CancellationToken, Task<IReadOnlyList<NodeAddress>>> find) => new(name, find);

    private sealed class Scripted(string name, Func<CancellationToken, Task<IReadOnlyList<NodeAddress>>> find) : IContactSource
    {
        public string Name => name;

        public async Task<IReadOnlyList<NodeAddress>> FindAsync(CancellationToken cancellationToken) => await find(cancellationToken);
    }
}
