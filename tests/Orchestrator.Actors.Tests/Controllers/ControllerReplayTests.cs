using Akka.Actor;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Controllers;

public sealed class ControllerReplayTests : ControllerTest
{
    protected override int KeptInMemory => 4;

    private async Task<ControllerReplayLine[]> ReplayAsync(Script script, EventCursor from)
    {
        await SettleAsync(Events);
        var lines = new List<ControllerReplayLine>();
        await foreach (var line in new ControllerReplay(Registration(script), Environment()).RunAsync(from, CancellationToken.None))
            lines.Add(line);
        return [.. lines];
    }

    [Fact]
    public async Task Old_events_show_what_would_have_been_done_and_nothing_is_kept()
    {
        for (var number = 1; number <= 20; number++)
            Happen(number % 2 == 0 ? "EVEN" : "ODD");
        var script = new Script
        {
            OnEvent = async (context, happened, token) =>
            {
                context.Set("count", (int.Parse(context.Get("count") ?? "0") + 1).ToString());
                context.Note($"{happened.Name} {context.Get("count")}");
                if (happened.Name == "EVEN")
                    await context.Commands(Id(1)).ExecuteAsync(EncodedCommand.ForGuest("guest-set-time"), token);
                else if (happened.Sequence == 5)
                    throw new InvalidOperationException("odd");
            },
        };

        var lines = await ReplayAsync(script, EventCursor.Beginning);

        Assert.Equal(10, lines.Count(line => line.Text == $"would send guest-set-time to {Id(1)}"));
        Assert.Equal("EVEN 19", lines.Last(line => line.Kind == ControllerReplayKind.Note && line.Text.StartsWith("EVEN", StringComparison.Ordinal)).Text);
        var error = Assert.Single(lines, line => line.Kind == ControllerReplayKind.Error);
        Assert.Equal((5, "ODD"), (error.Position!.Value.Sequence, error.Event));
        Assert.Equal(new ControllerReplayLine(ControllerReplayKind.End, "", null, null, "20 events, 1 instances, 1 errors"), lines[^1]);
        Assert.Empty(Jobs.Sent);
        Assert.Null(Store[Name]);
        Assert.DoesNotContain("tick", script.Calls);
    }

    [Fact]
    public async Task It_begins_at_its_cursor_and_has_an_instance_per_VM()
    {
        for (var number = 1; number <= 6; number++)
            Happen("E", vm: 1 + (number % 2));
        await SettleAsync(Events);
        var end = await Events.Ask<EventReplies.Found>(new EventQueries.Find(null), Limit);
        var script = new Script { Scope = ControllerScope.Vm };

        var lines = await ReplayAsync(script, EventCursor.Beginning.With("host1", end.Position with { Sequence = 2 }));

        Assert.Equal("4 events, 2 instances, 0 errors", Assert.Single(lines).Text);
        Assert.Equal(["2 start", "2 E", "1 start", "1 E", "2 E", "1 E"], script.Calls);
    }

    [Fact]
    public async Task Missing_events_are_told()
    {
        Happen("E");
        var script = new Script();

        var lines = await ReplayAsync(script, EventCursor.Beginning.With("host1", new EventPosition(7, 7)));

        Assert.Equal([ControllerReplayKind.Gap, ControllerReplayKind.End], lines.Select(line => line.Kind));
        Assert.Equal(["start", "E"], script.Calls);
    }
}
