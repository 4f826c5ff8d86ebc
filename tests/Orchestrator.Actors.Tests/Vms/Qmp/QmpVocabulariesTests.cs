using Akka.Actor;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Qmp;

public sealed class QmpVocabulariesTests : ActorTest
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly QmpVocabularies _vocabularies = new();

    [Fact]
    public async Task Equal_introspections_share_one_vocabulary()
    {
        var first = await AskAsync("7.2.22", exact: true, Introspections.Of("stop"));
        var second = await AskAsync("7.2.22", exact: true, Introspections.Of("stop"));
        var third = await AskAsync("10.0.0", exact: true, Introspections.Of("stop"));

        Assert.Same(first.Vocabulary, second.Vocabulary);
        Assert.Same(first.Vocabulary, third.Vocabulary);
        Assert.True(second.IsOwn);
    }

    [Fact]
    public async Task Other_introspections_of_one_version_are_kept_apart()
    {
        var first = await AskAsync("7.2.22", exact: true, Introspections.Of("stop"));
        var second = await AskAsync("7.2.22", exact: true, Introspections.Of("cont"));
        var third = await AskAsync("7.2.22", exact: true, Introspections.Of("stop"));

        Assert.NotSame(first.Vocabulary, second.Vocabulary);
        Assert.Same(first.Vocabulary, third.Vocabulary);
    }

    [Fact]
    public async Task That_of_another_of_the_version_will_do_unless_the_own_is_wanted()
    {
        var first = await AskAsync("7.2.22", exact: false, Introspections.Of("stop"));

        var second = await _vocabularies.AskAsync(new QmpChannel(ActorRefs.Nobody, Time), "7.2.22", exact: false, Timeout, Time);

        Assert.True(first.IsOwn);
        Assert.False(second.IsOwn);
        Assert.Same(first.Vocabulary, second.Vocabulary);
        Assert.Same(first.Vocabulary, _vocabularies.OfVersion("7.2.22"));
        Assert.Null(_vocabularies.OfVersion("7.2.21"));
    }

    [Fact]
    public async Task More_kinds_than_the_limit_are_not_kept()
    {
        var held = new List<VocabularyAnswer>();
        for (var kind = 0; kind < 64; kind++)
            held.Add(await AskAsync($"{kind}", exact: true, Introspections.Of($"c{kind}")));

        Assert.NotNull(held[0].Vocabulary);
        Assert.Null(held[^1].Vocabulary);
        Assert.Equal("this node knows too many other kinds of QEMU", held[^1].Trouble);
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task Introspection_beyond_the_limit_is_not_read()
    {
        var answer = await AskAsync("7.2.22", exact: true, "\"" + new string('x', 5 << 20) + "\"");

        Assert.Equal((null, true), (answer.Vocabulary, answer.IsOwn));
        Assert.Contains("more than 4194304 bytes", answer.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_16_are_asked_at_a_time_and_the_others_find_the_answer_there()
    {
        var peer = CreateTestProbe();
        var asked = Enumerable.Range(0, 50).Select(_ => _vocabularies.AskAsync(new QmpChannel(peer, Time), "7.2.22", exact: false, Timeout, Time)).ToArray();
        var questions = new List<QmpCommands.Execute>();
        for (var question = 0; question < 16; question++)
            questions.Add(await peer.ExpectMsgAsync<QmpCommands.Execute>());

        foreach (var question in questions)
            question.Receiver.OnResult(Returned(Introspections.Of("stop")));
        var answers = await InTime(Task.WhenAll(asked));

        Assert.Equal(16, answers.Count(answer => answer.IsOwn));
        Assert.Single(answers.Select(answer => answer.Vocabulary).Distinct());
        Assert.False(peer.HasMessages);
    }

    [Fact]
    public async Task Question_that_nobody_takes_gives_its_place_back()
    {
        var asked = Enumerable.Range(0, 17).Select(_ => _vocabularies.AskAsync(new QmpChannel(ActorRefs.Nobody, Time), "7.2.22", exact: false, Timeout, Time)).ToArray();

        Assert.All(await AdvanceUntilAsync(Task.WhenAll(asked), step: 5), answer => Assert.Equal(new VocabularyAnswer(null, IsOwn: false), answer));
    }

    private async Task<VocabularyAnswer> AskAsync(string version, bool exact, string introspection)
    {
        var peer = CreateTestProbe();
        var asked = _vocabularies.AskAsync(new QmpChannel(peer, Time), version, exact, Timeout, Time);
        var question = await peer.ExpectMsgAsync<QmpCommands.Execute>();
        Assert.Equal("query-qmp-schema", question.Command.Name);
        question.Receiver.OnResult(Returned(introspection));
        return await InTime(asked);
    }

    private static CommandResult.Returned Returned(string json) => new(System.Text.Encoding.UTF8.GetBytes(json));
}
