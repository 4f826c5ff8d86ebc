using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public sealed class CommandQueueTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CommandQueue _queue;

    public CommandQueueTests() => _queue = new CommandQueue(3, _time);

    [Fact]
    public void Commands_come_out_in_the_order_they_came_in()
    {
        var receivers = Enumerable.Range(1, 3).Select(seconds => Add(seconds)).ToArray();

        Assert.Equal(receivers, Enumerable.Range(0, 3).Select(_ => _queue.TryTake(out var next) ? next.Receiver : null));
        Assert.False(_queue.TryTake(out _));
        Assert.All(receivers, receiver => Assert.Empty(receiver.Results));
    }

    [Fact]
    public void A_full_queue_turns_the_newest_away()
    {
        var waiting = Enumerable.Range(0, 3).Select(_ => Add(1)).ToArray();
        var late = Add(1);

        var result = Assert.IsType<CommandResult.NoReply>(Assert.Single(late.Results));
        Assert.Equal((NoReplyCause.QueueFull, false), (result.Cause, result.Written));
        Assert.All(waiting, receiver => Assert.Empty(receiver.Results));
        Assert.Equal(3, _queue.Count);
    }

    [Fact]
    public void Those_whose_deadline_passed_end_and_the_others_stay()
    {
        var (late, early, later) = (Add(3), Add(1), Add(9));
        Assert.Equal(TimeSpan.FromSeconds(1), _queue.NextDeadline());

        _time.Advance(TimeSpan.FromSeconds(3));
        _queue.ExpireOverdue();

        Assert.Equal([NoReplyCause.DeadlinePassed], Causes(early));
        Assert.Equal([NoReplyCause.DeadlinePassed], Causes(late));
        Assert.Empty(later.Results);
        Assert.Equal(TimeSpan.FromSeconds(6), _queue.NextDeadline());
    }

    [Fact]
    public void What_goes_first_goes_before_what_waits_in_its_own_order_and_has_room_of_its_own()
    {
        var waiting = Enumerable.Range(0, 3).Select(_ => Add(1)).ToArray();
        var first = Enumerable.Range(0, 3).Select(_ => Add(1, first: true)).ToArray();
        var late = Add(1, first: true);

        Assert.True(_queue.BeginsWithFirst);
        Assert.Equal([.. first, .. waiting], Enumerable.Range(0, 6).Select(_ => _queue.TryTake(out var next) ? next.Receiver : null));
        Assert.Equal([NoReplyCause.QueueFull], Causes(late));
        Assert.False(_queue.BeginsWithFirst);
    }

    [Fact]
    public void What_must_come_at_any_price_has_no_deadline_and_outlives_the_session()
    {
        var (patient, impatient) = (Add(1, first: true, answerTimeout: 10), Add(2));
        Assert.Equal(TimeSpan.FromSeconds(2), _queue.NextDeadline());

        _time.Advance(TimeSpan.FromHours(1));
        _queue.ExpireOverdue();
        _queue.EndImpatient(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, ""));
        Assert.Equal((1, 0), (impatient.Results.Count, patient.Results.Count));
        Assert.Null(_queue.NextDeadline());

        _queue.EndAll(new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: false, ""));
        Assert.Equal([NoReplyCause.ConnectionLost], Causes(patient));
    }

    [Fact]
    public void Cancelling_ends_the_one_receivers_command()
    {
        var (first, second) = (Add(1), Add(1));

        _queue.Cancel(first);
        _queue.Cancel(first);
        _queue.Cancel(new Receiver());

        Assert.Equal([NoReplyCause.Cancelled], Causes(first));
        Assert.Empty(second.Results);
        Assert.Equal(1, _queue.Count);
    }

    [Fact]
    public void Ending_all_empties_the_queue()
    {
        var receivers = Enumerable.Range(0, 3).Select(_ => Add(1)).ToArray();

        _queue.EndAll(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, "gone"));

        Assert.All(receivers, receiver => Assert.Equal([NoReplyCause.NotReady], Causes(receiver)));
        Assert.Equal(0, _queue.Count);
        Assert.Null(_queue.NextDeadline());
    }

    private Receiver Add(int seconds, bool first = false, int? answerTimeout = null)
    {
        var receiver = new Receiver();
        _queue.Add(new AgentCommands.Execute(EncodedCommand.ForGuest("guest-ping"), Deadline.After(TimeSpan.FromSeconds(seconds), _time), receiver) { First = first, AnswerTimeout = answerTimeout is { } given ? TimeSpan.FromSeconds(given) : null });
        return receiver;
    }

    private static IEnumerable<NoReplyCause> Causes(Receiver receiver) => receiver.Results.Cast<CommandResult.NoReply>().Select(result => result.Cause);

    private sealed class Receiver : IReplyReceiver
    {
        public List<CommandResult> Results { get; } = [];

        public void OnResult(CommandResult result) => Results.Add(result);
    }
}
