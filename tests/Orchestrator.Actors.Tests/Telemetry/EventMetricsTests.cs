using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Tests.Events;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class EventMetricsTests : ActorTest
{
    private readonly FakeEventStore _store = new() { IsImmediate = false };

    [Fact]
    public async Task Events_are_counted_when_they_are_on_disk_and_wait_until_then()
    {
        var (logged, waiting) = (EventMetrics.Logged.Value, EventMetrics.Waiting.Value);
        var log = Start(100);
        Publish(log, 3);
        await SettleAsync(log);
        Assert.Equal((0, 3), (EventMetrics.Logged.Value - logged, EventMetrics.Waiting.Value - waiting));

        _store.IsImmediate = true;
        _store.Commit();
        await TestKit.Eventually.TrueAsync(() => EventMetrics.Logged.Value - logged == 3, Limit, "all are on disk");

        await SettleAsync(log);
        Assert.Equal(waiting, EventMetrics.Waiting.Value);
    }

    [Fact]
    public async Task Events_that_are_given_up_are_counted_and_failed_writes()
    {
        _store.Failure = "the disk is full";
        var (givenUp, failures, waiting) = (EventMetrics.GivenUp.Value, EventMetrics.WriteFailures.Value, EventMetrics.Waiting.Value);
        var log = Start(4);

        Publish(log, 1);
        await TestKit.Eventually.TrueAsync(() => EventMetrics.WriteFailures.Value > failures, Limit, "the write has failed");
        Publish(log, 5);
        await SettleAsync(log);

        Assert.True(EventMetrics.GivenUp.Value - givenUp >= 1);
        Assert.InRange(EventMetrics.Waiting.Value - waiting, 4, 5);
        Watch(log);
        Sys.Stop(log);
        await ExpectTerminatedAsync(log);
        Assert.Equal(waiting, EventMetrics.Waiting.Value);
    }

    [Fact]
    public async Task Readers_that_wait_are_counted()
    {
        var readers = EventMetrics.Readers.Value;
        var log = Start(100);
        log.Tell(new EventQueries.Read(null, 10), TestActor);
        log.Tell(new EventQueries.Read(null, 10), CreateTestProbe());
        await SettleAsync(log);
        Assert.Equal(2, EventMetrics.Readers.Value - readers);

        _store.IsImmediate = true;
        Publish(log, 1);
        await ExpectMsgAsync<EventReplies.Page>();
        await SettleAsync(log);

        Assert.Equal(readers, EventMetrics.Readers.Value);
    }

    private IActorRef Start(int unwritten) => Sys.ActorOf(EventLog.PropsFor(_store, new EventLogSettings { MaxUnwritten = unwritten }));

    private void Publish(IActorRef log, int count)
    {
        for (var number = 0; number < count; number++)
            log.Tell(new FleetEvent { Host = "h", VmName = "v", Name = "A", Time = Time.GetUtcNow(), Provenance = Provenance.Host });
    }
}
