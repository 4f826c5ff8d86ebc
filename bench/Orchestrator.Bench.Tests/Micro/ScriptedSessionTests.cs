using System.Text;
using Orchestrator.Bench.Micro.Benchmarks;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Bench.Tests.Micro;

/// <summary>What the benchmark of the hot way measures is a whole command: its answer has come through the session.</summary>
public class ScriptedSessionTests
{
    [Fact]
    public async Task Commands_have_their_answers_when_they_return()
    {
        await using var session = new ScriptedSession(SampleReplies.OsInfo);
        var command = EncodedCommand.ForGuest("guest-get-osinfo");

        for (var i = 0; i < 100; i++)
            Assert.Contains("\"pretty-name\":\"Debian GNU/Linux 12 (bookworm)\"", Encoding.UTF8.GetString(session.Ask(command).Value.Span));
    }

    [Fact]
    public async Task Answer_longer_than_a_read_comes_whole()
    {
        await using var session = new ScriptedSession(SampleReplies.FileSystemsOf(50));

        Assert.StartsWith("[{\"name\":\"dm-0\"", Encoding.UTF8.GetString(session.Ask(EncodedCommand.ForGuest("guest-get-fsinfo")).Value.Span));
    }

    [Fact]
    public async Task Answer_that_does_not_fit_its_command_ends_the_benchmark()
    {
        await using var session = new ScriptedSession("{}"u8.ToArray());

        Assert.Contains("guest-get-host-name", Assert.Throws<BenchException>(() => session.Ask(EncodedCommand.ForGuest("guest-get-host-name"))).Message);
    }

    [Fact]
    public async Task Session_ends_with_its_connection()
    {
        var session = new ScriptedSession("{}"u8.ToArray());
        await session.DisposeAsync();

        Assert.Throws<BenchException>(() => session.Ask(EncodedCommand.ForGuest("guest-ping")));
    }
}
