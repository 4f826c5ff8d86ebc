using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Tests.Vms.Agent;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class QueueMetricsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Waiting_commands_are_counted_however_they_leave()
    {
        var (queue, before) = (new CommandQueue(3, _time), VmMetrics.Waiting.Value);
        long Waiting() => VmMetrics.Waiting.Value - before;

        Add(queue, 1);
        var cancelled = Add(queue, 9);
        Add(queue, 9, first: true);
        Add(queue, 9);
        Assert.Equal((3, 3), (Waiting(), queue.Count));
        Assert.True(queue.TryTake(out _));
        Assert.Equal(2, Waiting());
        queue.Cancel(cancelled);
        Assert.Equal(1, Waiting());
        _time.Advance(TimeSpan.FromSeconds(2));
        queue.ExpireOverdue();
        Assert.Equal((0, 0), (Waiting(), queue.Count));
        Add(queue, 9);
        queue.EndAll(new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: false, "gone"));

        Assert.Equal(0, Waiting());
    }

    private ReplyRecorder Add(CommandQueue queue, double seconds, bool first = false)
    {
        var receiver = new ReplyRecorder();
        queue.Add(new AgentCommands.Execute(EncodedCommand.ForGuest("guest-ping"), Deadline.After(TimeSpan.FromSeconds(seconds), _time), receiver) { First = first });
        return receiver;
    }
}
