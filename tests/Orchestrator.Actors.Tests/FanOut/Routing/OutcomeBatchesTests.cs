using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

public sealed class OutcomeBatchesTests
{
    private readonly OutcomeBatches _batches = new();

    [Fact]
    public void What_came_together_goes_together()
    {
        Add(0);
        Add(1);

        Assert.Equal([0, 1], _batches.Close(default)!.Items.Select(item => item.Ordinal));
        Assert.Null(_batches.Close(default));
        Assert.False(_batches.IsEmpty);
    }

    [Fact]
    public void An_outcome_that_does_not_fit_beside_the_others_lets_them_go_first()
    {
        for (var fitting = 0; fitting < 5; fitting++)
            Assert.Null(_batches.Add(Outcome(fitting, WireLimits.MaxPart), default));

        var first = _batches.Add(Outcome(5, WireLimits.MaxPart), default);

        Assert.Equal([0, 1, 2, 3, 4], first!.Items.Select(item => item.Ordinal));
        Assert.Equal([5], _batches.Close(default)!.Items.Select(item => item.Ordinal));
    }

    [Fact]
    public void As_many_small_outcomes_fit_into_a_batch_as_may_be_in_one()
    {
        var count = 0;
        while (!_batches.IsFull)
            Assert.Null(_batches.Add(Outcome(count++, 2), default));

        Assert.Equal(WireLimits.MaxItems, count);
    }

    [Fact]
    public void It_is_sent_again_in_growing_pauses_until_it_is_acknowledged()
    {
        Add(0);
        var batch = _batches.Close(At(0))!;

        Assert.Empty(_batches.TakeDue(At(4.9)));
        Assert.Same(batch, Assert.Single(_batches.TakeDue(At(5))));
        Assert.Empty(_batches.TakeDue(At(14.9)));
        Assert.Same(batch, Assert.Single(_batches.TakeDue(At(15))));
        for (var at = 100; at < 1000; at += 60)
            Assert.Single(_batches.TakeDue(At(at)));

        _batches.Acknowledge(batch.Number);
        Assert.Empty(_batches.TakeDue(At(2000)));
        Assert.True(_batches.IsEmpty);
    }

    [Fact]
    public void A_new_receiver_gets_all_at_once_and_the_pauses_begin_anew()
    {
        Add(0);
        _batches.Close(At(0));
        _batches.TakeDue(At(5));
        Add(1);
        _batches.Close(At(6));

        Assert.Equal([0, 1], _batches.TakeAll(At(7)).SelectMany(batch => batch.Items).Select(item => item.Ordinal));
        Assert.Empty(_batches.TakeDue(At(11.9)));
        Assert.Equal(2, _batches.TakeDue(At(12)).Count);
    }

    [Fact]
    public void What_is_held_is_known_to_the_byte()
    {
        _batches.Add(Outcome(0, 1000), default);
        var first = _batches.Close(default)!;
        _batches.Add(Outcome(1, 500), default);
        var held = _batches.Held;

        _batches.Acknowledge(first.Number);
        Assert.Equal(held - WireLimits.HeldBy(Outcome(0, 1000).Outcome), _batches.Held);
        _batches.Acknowledge(first.Number);
        _batches.Acknowledge(_batches.Close(default)!.Number);
        Assert.Equal(0, _batches.Held);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Add(int ordinal) => _batches.Add(Outcome(ordinal, 2), default);

    private static RoutedOutcome Outcome(int ordinal, int bytes) =>
        new(ordinal, 1, new Outcome { Name = "web1", Host = "a", Phase = Phase.Succeeded, Effect = Effect.Applied, Result = new byte[bytes] });
}
