using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Agent;

public class AgentSessionRaceTests
{
    /// <summary>Fires the session's timer whenever a test says so: as late as a busy machine would.</summary>
    private sealed class LateTimerProvider : TimeProvider
    {
        private long _now;
        private TimerCallback? _callback;
        private object? _state;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;

        public void FireLate() => _callback!(_state);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state) = (callback, state);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Observer : IAgentSessionObserver
    {
        public int TimesSlow { get; private set; }

        public void OnSynchronized(AgentSession session)
        {
        }

        public void OnSlow(AgentSession session, TimeSpan remaining) => TimesSlow++;

        public void OnLateReply(AgentSession session, EncodedCommand command, CommandResult result)
        {
        }

        public void OnMisconduct(AgentSession session, Misconduct misconduct)
        {
        }

        public void OnDecoded(AgentSession session, int tokens)
        {
        }

        public void OnClosed(AgentSession session, string cause)
        {
        }
    }

    [Fact]
    public async Task Timer_of_an_ended_command_that_fires_late_does_not_touch_the_next_one()
    {
        var time = new LateTimerProvider();
        var observer = new Observer();
        var agent = FakeAgent.InMemory(out var connection);
        await using var session = AgentSession.Attach(connection.Client, new AgentSessionOptions(), observer, time);
        session.BeginSynchronize();
        await agent.SynchronizeAsync();
        var first = new TaskReplyReceiver();
        session.Begin(AgentTest.Ping, AgentTest.Timeout, first);
        time.Pass(AgentTest.Timeout);
        await agent.ReturnAsync(await agent.ReadCommandAsync());
        await first.Task;
        var second = new TaskReplyReceiver();
        session.Begin(AgentTest.Ping, AgentTest.Timeout, second);

        time.FireLate();
        time.FireLate();

        Assert.False(second.Task.IsCompleted);
        Assert.Equal(0, observer.TimesSlow);
        time.Pass(AgentTest.Timeout * 0.75);
        time.FireLate();
        Assert.Equal(1, observer.TimesSlow);
        time.Pass(AgentTest.Timeout * 0.25);
        time.FireLate();
        Assert.True(second.Task.IsCompleted);
    }
}
