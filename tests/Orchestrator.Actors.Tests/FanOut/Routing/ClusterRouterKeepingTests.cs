using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>Outcomes until somebody has them, what is too large to cross, and the limits.</summary>
public sealed class ClusterRouterKeepingTests : ClusterRouterTest
{
    [Fact]
    public async Task An_outcome_is_sent_until_it_is_acknowledged()
    {
        await DispatchAsync(Order(1));
        End(await BegunAsync());
        var first = await EndedAsync(Owner);

        Advance(5);
        var second = await EndedAsync(Owner);
        Acknowledge(second.Batch);
        await SettleAsync(Router);
        Advance(600);

        Assert.Equal((first.Batch, 42), (second.Batch, second.Incarnation));
        await SilentAsync(Owner);
        Assert.Equal(0, Memory.Held);
    }

    [Fact]
    public async Task One_that_the_job_does_not_acknowledge_goes_to_whoever_has_the_partition()
    {
        var supervisor = CreateTestProbe();
        await DispatchAsync(Order(1));
        Router.Tell(new RouterCommands.Announce("7", 1), supervisor.Ref);
        End(await BegunAsync());
        await EndedAsync(Owner);

        Advance(5);

        Assert.Equal(1, Assert.Single((await EndedAsync(supervisor)).Items).Ordinal);
        await SilentAsync(Owner);
    }

    [Fact]
    public async Task Late_evidence_is_kept_like_an_outcome_also_after_the_job_was_forgotten()
    {
        var supervisor = CreateTestProbe();
        Router.Tell(new RouterCommands.Announce("7", 1), supervisor.Ref);
        await DispatchAsync(Order(1));
        var invocation = await BegunAsync();
        End(invocation, Succeeded() with { Phase = Phase.Unknown });
        Acknowledge((await EndedAsync(Owner)).Batch);
        Router.Tell(new RouterCommands.Forget(Job, 1), Owner.Ref);

        Router.Tell(new FanOutEvents.Amended(Job, 1, Succeeded()), Vm.Ref);

        var item = Assert.Single((await EndedAsync(supervisor)).Items);
        Assert.Equal((1, true, Phase.Succeeded), (item.Ordinal, item.IsAmendment, item.Outcome.Phase));
        Advance(5);
        await EndedAsync(supervisor);
    }

    [Fact]
    public async Task A_job_that_was_forgotten_is_not_begun_again()
    {
        await DispatchAsync(Order(1));
        End(await BegunAsync());
        await EndedAsync(Owner);
        Router.Tell(new RouterCommands.Forget(Job, 1), Owner.Ref);

        Router.Tell(Order(1), Owner.Ref);
        Router.Tell(Order(2), Owner.Ref);

        await SilentAsync(Vm, Owner);
        Assert.Empty(Memory.Jobs);
        Assert.Equal(0, Memory.Held);
    }

    [Fact]
    public async Task A_job_of_which_nothing_is_heard_is_forgotten_in_the_end()
    {
        Settings = Settings with { IdleTimeout = TimeSpan.FromMinutes(1), AbandonTimeout = TimeSpan.FromMinutes(3) };
        await DispatchAsync(Order(1, 2));
        var (first, second) = (await BegunAsync(), await BegunAsync());
        End(first);
        await EndedAsync(Owner);

        Advance(TimeSpan.FromMinutes(5));
        Assert.Single(Memory.Jobs);
        End(second);
        await SettleAsync(Router);
        Advance(TimeSpan.FromMinutes(2));
        Assert.Single(Memory.Jobs);
        Advance(TimeSpan.FromMinutes(2));
        await SettleAsync(Router);

        Assert.Empty(Memory.Jobs);
        Assert.Equal(0, Memory.Held);
    }

    [Fact]
    public async Task Outcomes_that_came_together_travel_together()
    {
        await DispatchAsync(Order([.. Enumerable.Range(0, 80)]));
        var invocations = new List<Invocation>();
        while (invocations.Count < 80)
            invocations.Add(await BegunAsync());
        var mailbox = ((ActorRefWithCell)Router).Underlying;
        mailbox.Suspend();
        invocations.ForEach(invocation => End(invocation));
        mailbox.Resume(null);

        Assert.Equal(80, (await EndedAsync(Owner)).Items.Count);
    }

    [Fact]
    public async Task What_is_too_large_to_cross_stays_on_the_node()
    {
        Settings = Settings with { KeepAsync = (job, outcome, limit) => Task.FromResult(outcome with { Result = default, ResultKept = new KeptOutput(job, outcome.Result.Length, $"{limit}") }) };
        await DispatchAsync(Order(1, 2));
        var (first, second) = (await BegunAsync(), await BegunAsync());

        End(first, Succeeded(WireLimits.MaxPart));
        Assert.Equal(WireLimits.MaxPart, (await OneEndedAsync()).Outcome.Result.Length);
        End(second, Succeeded(WireLimits.MaxPart + 1));

        var outcome = (await OneEndedAsync()).Outcome;
        Assert.Equal(new KeptOutput(Job, WireLimits.MaxPart + 1, $"{WireLimits.MaxPart}") { Node = "a" }, outcome.ResultKept);
        Assert.Equal((Phase.Succeeded, 0), (outcome.Phase, outcome.Result.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_output_that_cannot_be_kept_is_lost_and_the_outcome_says_so(bool hasDisk)
    {
        Settings = Settings with { KeepAsync = hasDisk ? (_, _, _) => Task.FromException<Outcome>(new IOException("the disk is full")) : null };
        await DispatchAsync(Order(1));
        var exec = new ExecOutcome { Pid = 3, ExitCode = 0, Stdout = new byte[WireLimits.MaxPart + 1], Stderr = "x"u8.ToArray() };

        End(await BegunAsync(), Succeeded() with { Exec = exec });

        var outcome = (await OneEndedAsync()).Outcome;
        Assert.Equal((Phase.Failed, Reasons.OutputLost, Effect.Applied), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Contains(hasDisk ? "the disk is full" : "keeps none", outcome.Message, StringComparison.Ordinal);
        Assert.Equal((0L, 0, true, 1, false), (outcome.Exec!.ExitCode, outcome.Exec.Stdout.Length, outcome.Exec.StdoutTruncated, outcome.Exec.Stderr.Length, outcome.Exec.StderrTruncated));
        Assert.Equal(outcome.Exec.Stderr.Length, Memory.Held - WireLimits.HeldBy(outcome with { Exec = null }));
    }

    [Fact]
    public async Task A_job_whose_outcomes_nobody_acknowledges_begins_no_more_until_somebody_does()
    {
        Settings = Settings with { MaxHeldPerJob = 5000 };
        await DispatchAsync(Order(1));
        End(await BegunAsync(), Succeeded(6000));
        var batch = (await EndedAsync(Owner)).Batch;

        await DispatchAsync(Order(2));
        var busy = (await OneEndedAsync()).Outcome;
        Assert.Equal((Phase.Undelivered, Reasons.VmBusy, Effect.None), (busy.Phase, busy.Reason, busy.Effect));
        await SilentAsync(Vm);

        Acknowledge(batch);
        await DispatchAsync(Order(2) with { Attempt = 2 });
        Assert.Equal(2, (await BegunAsync()).Ordinal);
    }

    [Fact]
    public async Task The_outcomes_of_all_jobs_have_a_limit_too()
    {
        Settings = Settings with { MaxHeld = 5000 };
        await DispatchAsync(Order(1));
        End(await BegunAsync(), Succeeded(6000));
        await EndedAsync(Owner);
        var other = CreateTestProbe();

        Router.Tell(Order(1) with { JobId = "01ARYZ6S41TSV4RRFFQ69G5FA8" }, other.Ref);

        await other.ExpectMsgAsync<RouterEvents.Received>();
        Assert.Equal(Reasons.VmBusy, Assert.Single((await EndedAsync(other)).Items).Outcome.Reason);
    }

    [Fact]
    public async Task A_large_command_is_read_in_pieces_whatever_is_lost()
    {
        var command = EncodedCommand.ForGuest("guest-view-file", JsonElement.Parse($$"""{"filename":"/{{new string('x', 70_000)}}"}"""));
        var bytes = WireCommandJson.Write(WireCommand.Of(Spec(command: command))!);
        foreach (var ordinal in new[] { 1, 2 })
        {
            await DispatchAsync(Order(ordinal) with { Command = null, CommandBytes = bytes.Length });
            Assert.Equal(0, await AskedAsync(Owner));
        }
        Advance(1);
        Assert.Equal(0, await AskedAsync(Owner));
        for (var offset = 0; offset < bytes.Length; offset += WireLimits.CommandPiece)
        {
            if (offset > 0)
                Assert.Equal(offset, await AskedAsync(Owner));
            var piece = new RouterCommands.CommandPiece(Job, offset, bytes.Length, bytes[offset..Math.Min(bytes.Length, offset + WireLimits.CommandPiece)]);
            Router.Tell(piece, Owner.Ref);
            Router.Tell(piece, Owner.Ref);
        }

        Assert.Equal((1, 2), ((await BegunAsync()).Ordinal, (await BegunAsync()).Ordinal));
        await SilentAsync(Owner, Vm);
    }

    [Fact]
    public async Task A_command_that_does_not_come_in_time_was_not_sent()
    {
        Owner.IgnoreMessages(message => message is RouterEvents.ReadCommand);
        await DispatchAsync(Order(1) with { Command = null, CommandBytes = 100_000 });
        await DispatchAsync(Order(2) with { Command = null, CommandBytes = 100_000, IsReconciliation = true });

        Advance(10);
        Advance(1);

        var items = (await EndedAsync(Owner)).Items;
        Assert.Equal([(1, Phase.Undelivered, Reasons.QueueDeadline, Effect.None), (2, Phase.Unknown, Reasons.ReconcileTimeout, Effect.Unknown)], items.Select(item => (item.Ordinal, item.Outcome.Phase, item.Outcome.Reason!, item.Outcome.Effect)));
    }

    [Theory]
    [InlineData(0, Phase.Undelivered, Reasons.HostUnreachable)]
    [InlineData(-1, Phase.Refused, Reasons.Unsupported)]
    [InlineData(int.MaxValue, Phase.Refused, Reasons.Unsupported)]
    public async Task A_command_that_cannot_come_is_not_sent(int bytes, Phase phase, string reason)
    {
        await DispatchAsync(Order(1) with { Command = null, CommandBytes = bytes });

        var outcome = (await OneEndedAsync()).Outcome;
        Assert.Equal((phase, reason, Effect.None), (outcome.Phase, outcome.Reason, outcome.Effect));
    }

    [Fact]
    public async Task A_command_that_this_node_does_not_have_is_not_sent()
    {
        await DispatchAsync(Order(1) with { Command = new WireCommand(CommandRoute.Guest, "guest-of-another", "{}"u8.ToArray(), ConditionPolicy.Default) });

        var outcome = (await OneEndedAsync()).Outcome;
        Assert.Equal((Phase.Refused, Reasons.Unsupported, Effect.None), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Contains("guest-of-another", outcome.Message, StringComparison.Ordinal);
    }

    private static async Task<int> AskedAsync(TestProbe owner) => (await owner.ExpectMsgAsync<RouterEvents.ReadCommand>()).Offset;
}
