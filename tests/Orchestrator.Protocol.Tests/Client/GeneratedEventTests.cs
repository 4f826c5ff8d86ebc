using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qemu;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Tests.Client;

public class GeneratedEventTests
{
    [Fact]
    public void Event_is_read_as_its_type()
    {
        var happened = QmpEvent.Parse("""{"event":"SHUTDOWN","data":{"guest":true,"reason":"guest-reset"},"timestamp":{"seconds":1,"microseconds":2}}"""u8)!;

        Assert.True(happened.TryRead(out ShutdownEvent? shutdown));
        Assert.Equal((true, ShutdownCause.GuestReset), (shutdown.Guest, shutdown.Reason));
        Assert.False(happened.TryRead(out ResetEvent? _));
    }

    [Fact]
    public void Event_without_data_is_read()
    {
        var happened = QmpEvent.Parse("""{"event":"STOP","timestamp":{"seconds":1,"microseconds":2}}"""u8)!;

        Assert.True(happened.TryRead(out StopEvent? _));
    }

    [Fact]
    public void Event_of_the_guest_namespace_has_its_record()
    {
        Assert.True(QapiEvents.TryRead("GUEST_STARTUP", """{"os-type":"linux","os-version":"12","agent-version":"7.2"}"""u8, out GuestStartupEvent? startup));

        Assert.Equal(GuestType.Linux, startup.Data.OsType);
    }

    [Theory]
    [InlineData("""{"guest":true}""")]
    [InlineData("""{"guest":1,"reason":"none"}""")]
    [InlineData("""no JSON""")]
    public void Data_that_does_not_fit_is_no_event(string data) =>
        Assert.False(QapiEvents.TryRead("SHUTDOWN", System.Text.Encoding.UTF8.GetBytes(data), out ShutdownEvent? _));
}
