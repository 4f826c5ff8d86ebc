using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Tests.Qmp;

public class QmpSessionHandshakeTests
{
    [Theory]
    [InlineData(true, """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":1}""")]
    [InlineData(false, """{"execute":"qmp_capabilities","arguments":{"enable":[]},"id":1}""")]
    public async Task Out_of_band_is_enabled_where_it_is_offered(bool isOffered, string expected)
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.GreetAsync(isOffered);
        var negotiation = await test.Server.ReadCommandAsync();
        await test.Server.ReturnAsync(negotiation);
        var session = await attaching;

        Assert.Equal(expected, negotiation.Line);
        Assert.Equal(isOffered, session.OutOfBand);
        Assert.Equal(new QmpGreeting("7.2.22", isOffered, "fake"), session.Greeting);
    }

    [Theory]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 11, "minor": 0, "micro": 50}, "package": ""}, "capabilities": ["x-new", 7, null]}, "x": 1}""", "11.0.50", false, "")]
    [InlineData("""{"QMP": {"x-new": [], "capabilities": ["a", "oob"], "version": {"package": "p", "qemu": {"micro": 0, "minor": 2, "major": 9, "x": 1}}}}""", "9.2.0", true, "p")]
    public async Task Greeting_with_unknown_members_and_capabilities_is_understood(string greeting, string version, bool offersOutOfBand, string package)
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.SendLineAsync(greeting);
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("qmp_capabilities"));

        Assert.Equal(new QmpGreeting(version, offersOutOfBand, package), (await attaching).Greeting);
    }

    [Fact]
    public async Task Silence_until_the_deadline_means_that_the_monitor_is_busy()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        test.Time.Advance(test.Options.GreetingTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(attaching.IsCompleted);
        test.Time.Advance(TimeSpan.FromMilliseconds(1));

        var refusal = await test.AssertRefusedAsync(attaching, QmpConnectFault.MonitorBusy);
        Assert.Contains("within 3 s: another client holds this monitor", refusal.Message);
    }

    [Fact]
    public async Task Greeting_just_before_the_deadline_counts()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        test.Time.Advance(test.Options.GreetingTimeout - TimeSpan.FromMilliseconds(1));
        await test.Server.HandshakeAsync();

        Assert.Equal("7.2.22", (await attaching).Greeting.Version);
    }

    [Fact]
    public async Task Greeting_byte_by_byte_counts()
    {
        await using var test = new QmpTest();
        test.Server.MaxWriteBytes = 1;
        var attaching = test.AttachAsync();

        await test.Server.HandshakeAsync();

        Assert.Equal("7.2.22", (await attaching).Greeting.Version);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2")]
    [InlineData("""{"return": {}}""")]
    [InlineData("""{"error": {"class": "GenericError", "desc": "JSON parse error"}}""")]
    [InlineData("""{"QMP": "hello"}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7, "minor": 2}}, "capabilities": []}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 1e99, "minor": 2, "micro": 1}}, "capabilities": []}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 1}}}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 1}}, "capabilities": "oob"}}""")]
    [InlineData("[]")]
    public async Task First_message_that_is_no_greeting_is_not_QMP(string message)
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.SendLineAsync(message);

        await test.AssertRefusedAsync(attaching, QmpConnectFault.NotQmp);
    }

    [Fact]
    public async Task First_message_beyond_the_limit_is_not_QMP()
    {
        await using var test = new QmpTest(new QmpSessionOptions { MaxFrameBytes = 100 });
        var attaching = test.AttachAsync();

        await test.Server.SendLineAsync(new string('x', 101));

        await test.AssertRefusedAsync(attaching, QmpConnectFault.NotQmp);
    }

    [Fact]
    public async Task Connection_that_ends_before_the_greeting_is_lost()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<QmpConnectException>(() => attaching);
        Assert.Equal((QmpConnectFault.ConnectionLost, "the peer closed the connection"), (refusal.Fault, refusal.Message));
        Assert.Equal(refusal.Message, await test.Closed);
    }

    [Fact]
    public async Task Connection_that_ends_within_the_greeting_is_lost()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.SendRawAsync("""{"QMP": {"ver""");
        await test.Server.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<QmpConnectException>(() => attaching);
        Assert.Equal((QmpConnectFault.ConnectionLost, "the peer closed the connection in the middle of a message"), (refusal.Fault, refusal.Message));
    }

    [Fact]
    public async Task Refused_negotiation_has_the_servers_words()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();
        await test.Server.GreetAsync();

        await test.Server.ErrorAsync((await test.Server.ReadCommandAsync()).Id, "GenericError", "Capability 'oob' is not available");

        var refusal = await test.AssertRefusedAsync(attaching, QmpConnectFault.NegotiationFailed);
        Assert.Contains("GenericError: Capability 'oob' is not available", refusal.Message);
    }

    [Fact]
    public async Task Negotiation_without_answer_fails_at_its_deadline()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();
        await test.Server.GreetAsync();
        await test.Server.ReadCommandAsync("qmp_capabilities");

        test.Time.Advance(test.Options.NegotiationTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(attaching.IsCompleted);
        test.Time.Advance(TimeSpan.FromMilliseconds(1));

        await test.AssertRefusedAsync(attaching, QmpConnectFault.NegotiationFailed);
    }

    [Fact]
    public async Task Negotiation_cut_by_the_end_of_the_connection_is_lost()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();
        await test.Server.GreetAsync();
        await test.Server.ReadCommandAsync("qmp_capabilities");

        await test.Server.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<QmpConnectException>(() => attaching);
        Assert.Equal(QmpConnectFault.ConnectionLost, refusal.Fault);
    }

    [Fact]
    public async Task Caller_may_give_up_the_wait_for_the_greeting()
    {
        await using var test = new QmpTest();
        using var cancellation = new CancellationTokenSource();
        var attaching = test.AttachAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching);
        await test.Server.ClosedAsync();
    }

    [Fact]
    public async Task Events_before_the_greeting_and_during_the_negotiation_are_heard()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.EventAsync("RTC_CHANGE");
        await test.Server.GreetAsync();
        await test.Server.EventAsync("STOP");
        var negotiation = await test.Server.ReadCommandAsync("qmp_capabilities");
        await test.Server.EventAsync("RESUME");
        await test.Server.ReturnAsync(negotiation);
        await attaching;

        Assert.Equal(["RTC_CHANGE", "STOP", "RESUME"], test.Events.Select(e => e.Name));
    }

    [Fact]
    public async Task Greeting_and_everything_after_it_in_one_piece_is_understood()
    {
        await using var test = new QmpTest();
        var attaching = test.AttachAsync();

        await test.Server.SendRawAsync(
            """{"event": "STOP"}""" + "\r\n" + """{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}}, "capabilities": []}}""" + "\r\n" +
            """{"return": {}, "id": 1}""" + "\r\n");
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("qmp_capabilities"));
        await attaching;

        // The return came before there was a command: it was dropped, not kept for the first one.
        Assert.Equal(1, test.Session.DroppedFrames);
    }
}
