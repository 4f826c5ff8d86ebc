using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clustering.Duties;

namespace Orchestrator.Actors.Tests.Clustering;

public sealed class DutyTenureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly FakeTimeProvider _time = new();
    private readonly DutyTenure _tenure;

    public DutyTenureTests() => _tenure = new DutyTenure(Patience, _time, _time.GetTimestamp());

    [Fact]
    public void It_holds_for_its_patience_and_not_a_moment_longer()
    {
        _time.Advance(Patience - TimeSpan.FromTicks(1));
        Assert.True(_tenure.IsHeld);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(_tenure.IsHeld);
    }

    [Fact]
    public void Renewal_counts_from_when_it_was_asked_for_and_an_older_one_takes_nothing_back()
    {
        _time.Advance(TimeSpan.FromSeconds(4));
        var (asked, before) = (_time.GetTimestamp(), _time.GetTimestamp() - _time.TimestampFrequency);
        _time.Advance(TimeSpan.FromSeconds(3));
        _tenure.Prove(asked);
        _tenure.Prove(before);

        Assert.Equal(TimeSpan.FromSeconds(5), _tenure.Left);
    }

    [Fact]
    public void What_was_given_up_is_never_held_again()
    {
        _tenure.End();
        _tenure.Prove(_time.GetTimestamp());

        Assert.False(_tenure.IsHeld);
    }
}
