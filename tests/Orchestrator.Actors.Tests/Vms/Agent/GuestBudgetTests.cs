using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public sealed class GuestBudgetTests
{
    private static readonly GuestLimits Limits = new() { MaxUnaskedBytes = 1000, MaxStaleMessages = 10, MaxViolations = 5, MaxTokens = 10_000, MaxPortChanges = 4 };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly GuestBudget _budget;

    public GuestBudgetTests() => _budget = new GuestBudget(Limits, _time);

    public static TheoryData<string, int> Budgets => new() { { "UnaskedBytes", 10 }, { "StaleMessages", 10 }, { "Violations", 5 }, { "Tokens", 10 }, { "PortChanges", 4 } };

    [Theory]
    [MemberData(nameof(Budgets))]
    public void A_budget_is_exceeded_by_one_more_than_it_allows_and_tells_so_once(string kind, int allowed)
    {
        for (var i = 0; i < allowed; i++)
            Assert.False(Count(kind));
        Assert.Null(_budget.Quarantine);

        Assert.True(Count(kind));

        Assert.Equal((kind, _time.GetUtcNow()), (_budget.Quarantine!.Kind.ToString(), _budget.Quarantine.Since));
        Assert.EndsWith(" within 60 s", _budget.Quarantine.Reason);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(Count(kind)));
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    public void What_a_minute_allows_may_be_used_every_minute(string kind, int allowed)
    {
        for (var minute = 0; minute < 10; minute++)
        {
            for (var i = 0; i < allowed; i++)
                Assert.False(Count(kind));
            _time.Advance(Limits.Window);
        }

        Assert.Null(_budget.Quarantine);
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    public void Reset_ends_the_quarantine_and_begins_every_count_anew(string kind, int allowed)
    {
        for (var i = 0; i <= allowed; i++)
            Count(kind);

        _budget.Reset();

        Assert.Null(_budget.Quarantine);
        for (var i = 0; i < allowed; i++)
            Assert.False(Count(kind));
        Assert.True(Count(kind));
    }

    [Fact]
    public void A_quarantine_does_not_end_with_time()
    {
        for (var i = 0; i < 6; i++)
            Count("Violations");
        var quarantine = _budget.Quarantine;

        _time.Advance(TimeSpan.FromDays(1));
        Count("Violations");
        Count("Tokens");

        Assert.Same(quarantine, _budget.Quarantine);
    }

    [Fact]
    public void Evidence_is_the_first_violations_and_what_exceeded_the_budget()
    {
        for (var i = 0; i < 5; i++)
            _budget.Count(Violation($"return[{i}]"));
        Assert.True(_budget.Count(new Misconduct(MisconductKind.Bytes, 2000, new ReplyViolation(ViolationKind.Unasked, "", "bytes"))));

        var evidence = _budget.Quarantine!.Evidence;
        Assert.Equal(["return[0]", "return[1]", "return[2]", "return[3]", ""], evidence.Select(found => found.Path));
        Assert.Equal(new GuestEvidence(_time.GetUtcNow(), "Schema", "guest-ping", "return[0]", "expected x", 0, default), evidence[0]);
        Assert.Equal("Unasked", evidence[4].Kind);
    }

    [Fact]
    public void The_last_violation_is_evidence_once()
    {
        for (var i = 0; i < 6; i++)
            _budget.Count(Violation($"return[{i}]"));

        Assert.Equal(["return[0]", "return[1]", "return[2]", "return[3]", "return[5]"], _budget.Quarantine!.Evidence.Select(found => found.Path));
    }

    [Fact]
    public void Evidence_of_an_earlier_minute_is_not_held_against_a_guest()
    {
        _budget.Count(Violation("old"));
        _time.Advance(Limits.Window);
        for (var i = 0; i < 6; i++)
            _budget.Count(Violation("new"));

        Assert.DoesNotContain(_budget.Quarantine!.Evidence, found => found.Path == "old");
    }

    [Fact]
    public void Honest_messages_of_synchronizations_leave_no_evidence()
    {
        for (var i = 0; i < 3; i++)
            _budget.Count(new Misconduct(MisconductKind.StaleMessage, 0, new ReplyViolation(ViolationKind.Unasked, "", "stray")));
        for (var i = 0; i < 6; i++)
            _budget.Count(Violation("return"));

        Assert.All(_budget.Quarantine!.Evidence, found => Assert.Equal("return", found.Path));
    }

    [Fact]
    public void Default_budgets_bear_the_heaviest_honest_use()
    {
        // A minute of 2,000 answers of 500 tokens a second, an agent that is restarted every 6 s and synchronized twice each time.
        var budget = new GuestBudget(new GuestLimits(), _time);

        for (var answer = 0; answer < 120_000; answer++)
            Assert.False(budget.CountTokens(500));
        for (var restart = 0; restart < 10; restart++)
        {
            Assert.False(budget.CountPortChange() || budget.CountPortChange());
            for (var message = 0; message < 4; message++)
                Assert.False(budget.Count(new Misconduct(MisconductKind.StaleMessage, 0, new ReplyViolation(ViolationKind.Unasked, "", "stray"))));
        }
    }

    [Fact]
    public void Counting_honest_answers_allocates_nothing()
    {
        _budget.CountTokens(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _budget.CountTokens(1);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Budget_of_an_idle_guest_is_small()
    {
        _ = new GuestBudget(Limits, _time);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = new GuestBudget(Limits, _time);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 160);
    }

    private static Misconduct Violation(string path) => new(MisconductKind.Violation, 0, new ReplyViolation(ViolationKind.Schema, path, "expected x"), "guest-ping");

    private bool Count(string kind) => Enum.Parse<GuestQuarantineKind>(kind) switch
    {
        GuestQuarantineKind.UnaskedBytes => _budget.Count(new Misconduct(MisconductKind.Bytes, 100, new ReplyViolation(ViolationKind.Unasked, "", "bytes"))),
        GuestQuarantineKind.StaleMessages => _budget.Count(new Misconduct(MisconductKind.StaleMessage, 1, new ReplyViolation(ViolationKind.Unasked, "", "stale"))),
        GuestQuarantineKind.Violations => _budget.Count(Violation("return")),
        GuestQuarantineKind.Tokens => _budget.CountTokens(1000),
        _ => _budget.CountPortChange(),
    };
}
