using System.Text;
using Akka.TestKit;
using Orchestrator.Actors.Clients;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>What handlers order: keys, retries, quotas, shadows.</summary>
public sealed class ControllerCommandTests : ControllerTest
{
    private static readonly EncodedCommand SetTime = EncodedCommand.ForGuest("guest-set-time");
    private static readonly EncodedCommand Trim = EncodedCommand.ForGuest("guest-fstrim");
    private static readonly EncodedCommand GetOsInfo = EncodedCommand.ForGuest("guest-get-osinfo");

    [Fact]
    public async Task Each_command_is_a_job_of_its_own_with_a_key_of_its_place()
    {
        Jobs.End = spec => FakeJobs.Succeeded(spec.Command.Name == "guest-fstrim" ? """{"paths":[]}""" : "{}");
        string? trimmed = null;
        var script = new Script
        {
            OnEvent = async (context, happened, token) =>
            {
                trimmed = Encoding.UTF8.GetString((await context.Commands(Id(1)).ExecuteAsync(Trim, token)).Span);
                await context.Commands(Id(2)).ExecuteAsync(SetTime, token);
                await context.RunAsync(ControllerJobs.Program(Sample.Parse("vm*"), new ExecSpec { Argv = ["true"] }), token);
            },
        };
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller is { Counts.Events: 1, Counts.Commands: 3 }, "it is done");

        var epoch = Store[Name]!.Cursor["host1"].Epoch;
        Assert.Equal([$"ctl/host1/scripted/fleet/{epoch}:1/1 guest-fstrim", $"ctl/host1/scripted/fleet/{epoch}:1/2 guest-set-time", $"ctl/host1/scripted/fleet/{epoch}:1/3 run"], Jobs.Sent);
        Assert.Equal("""{"paths":[]}""", trimmed);
        Assert.All(Jobs.Specs, spec => Assert.Contains("controller scripted", spec.Comment));
        Assert.Equal([Id(1).ToString(), Id(2).ToString(), "vm*"], Jobs.Specs.Select(spec => spec.Target.Text));
    }

    [Fact]
    public async Task A_retry_does_not_send_again_what_was_sent()
    {
        var attempts = 0;
        var script = new Script
        {
            OnEvent = async (context, _, token) =>
            {
                await context.Commands(Id(1)).ExecuteAsync(SetTime, token);
                if (++attempts == 1)
                    throw new InvalidOperationException();
                await context.Commands(Id(1)).ExecuteAsync(Trim, token);
            },
        };
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller.Counts.Retries == 1, "the first attempt failed");
        Advance(1);
        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");

        Assert.Equal(["guest-set-time", "guest-fstrim"], Jobs.Specs.Select(spec => spec.Name));
    }

    [Fact]
    public async Task A_command_whose_handler_was_killed_before_its_checkpoint_is_not_sent_again()
    {
        var results = new List<string>();
        Jobs.End = _ => FakeJobs.Succeeded($$"""{"answer":{{Jobs.Sent.Count}}}""");
        var script = new Script
        {
            OnEvent = async (context, happened, token) =>
            {
                results.Add(Encoding.UTF8.GetString((await context.Commands(Id(1)).ExecuteAsync(Trim, token)).Span));
                context.Set("done", "yes");
            },
        };
        await RunAsync(script);
        await Eventually.TrueAsync(() => Store[Name]!.Instances.ContainsKey("fleet"), Limit, "its start is kept");
        Store.IsImmediate = false;
        Happen("A");
        await Eventually.TrueAsync(() => Store.Pending > 0, Limit, "it is to be kept");
        Store.Kill();
        await StopAsync();
        Assert.Null(Store[Name]!.Instances["fleet"].State.GetValueOrDefault("done"));
        Store.IsImmediate = true;

        await RunAsync(script);

        await Eventually.TrueAsync(() => Store[Name]!.Instances["fleet"].State.GetValueOrDefault("done") == "yes", Limit, "it is kept at last");
        Assert.Equal(["start", "A", "start", "A"], script.Calls);
        Assert.Single(Jobs.Sent);
        Assert.Equal(["""{"answer":1}""", """{"answer":1}"""], results);
    }

    [Fact]
    public async Task A_retry_sends_again_what_provably_had_no_effect_and_nothing_else()
    {
        var outcomes = new Queue<Outcome>([FakeJobs.Undelivered(), FakeJobs.Undelivered(), FakeJobs.Succeeded("{}") with { Phase = Phase.Unknown, Effect = Effect.Unknown }]);
        Jobs.End = _ => outcomes.Dequeue();
        var seen = new List<Phase>();
        var script = new Script
        {
            OnEvent = async (context, _, token) =>
            {
                try
                {
                    await context.Commands(Id(1)).ExecuteAsync(SetTime, token);
                }
                catch (OutcomeException e)
                {
                    seen.Add(e.Outcome.Phase);
                    throw;
                }
            },
        };
        await RunAsync(script);
        Happen("A");
        foreach (var (retry, pause) in ((int, double)[])[(1, 1), (2, 2), (3, 4)])
        {
            await WhenAsync(found => found.Controller.Counts.Retries == retry, $"attempt {retry} failed");
            Advance(pause);
        }
        await WhenAsync(found => found.Controller.Counts.Failures == 1, "it is given up");

        Assert.Equal([Phase.Undelivered, Phase.Undelivered, Phase.Unknown, Phase.Unknown], seen);
        Assert.Equal(["1", "1.2", "1.3"], Jobs.Sent.Select(sent => sent.Split(' ')[0].Split('/')[^1]));
    }

    [Fact]
    public async Task A_handler_that_sends_another_command_in_a_place_fails_instead()
    {
        var attempts = 0;
        var script = new Script
        {
            OnEvent = async (context, _, token) =>
            {
                await context.Commands(Id(1)).ExecuteAsync(++attempts == 1 ? SetTime : Trim, token);
                throw new InvalidOperationException("first");
            },
        };
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller.Message?.Contains("first", StringComparison.Ordinal) == true, "the first attempt failed");
        Advance(1);

        await WhenAsync(found => found.Controller.Message?.Contains("same commands in the same order", StringComparison.Ordinal) == true, "it says what is wrong");
        Assert.Single(Jobs.Sent);
    }

    [Fact]
    public async Task What_is_not_accepted_fails_the_handler_and_is_submitted_anew()
    {
        Jobs.Rejection = new JobReplies.Rejected("no-targets", "nobody there");
        var script = new Script { OnEvent = async (context, _, token) => await context.Commands(Id(1)).ExecuteAsync(Trim, token) };
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller is { Counts.Retries: 1, Message: "ControllerCommandException: nobody there" }, "it failed");
        Jobs.Rejection = null;
        Advance(1);

        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");
    }

    [Fact]
    public async Task Ticks_and_starts_have_keys_of_their_own_that_no_restart_repeats()
    {
        var script = new Script
        {
            Interval = TimeSpan.FromSeconds(10),
            OnStart = async (context, token) => await context.Commands(Id(1)).ExecuteAsync(Trim, token),
            OnTick = async (context, token) => await context.Commands(Id(1)).ExecuteAsync(SetTime, token),
        };
        for (var life = 1; life <= 2; life++)
        {
            await RunAsync(script);
            await Eventually.TrueAsync(() => Store[Name]!.Instances.GetValueOrDefault("fleet")?.Mark.Starts == life, Limit, "it has begun");
            Advance(10);
            await Eventually.TrueAsync(() => Store[Name]!.Instances["fleet"].Mark.Ticks == life, Limit, "it has ticked");
            await StopAsync();
        }

        var born = Store[Name]!.Instances["fleet"].Mark.Born;
        Assert.Equal([$"start-{born}.1/1", $"tick-{born}.1/1", $"start-{born}.2/1", $"tick-{born}.2/1"], Jobs.Sent.Select(sent => sent.Split(' ')[0].Replace("ctl/*/scripted/fleet/", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Commands_beyond_the_quota_wait()
    {
        Jobs.IsHolding = true;
        var script = new Script
        {
            Quota = new ControllerQuota(CommandsPerMinute: 100, MaxConcurrent: 2),
            OnEvent = (context, _, token) => Task.WhenAll(Enumerable.Range(1, 5).Select(vm => context.Commands(Id(vm)).ExecuteAsync(Trim, token))),
        };
        await RunAsync(script);
        Happen("A");
        await Eventually.TrueAsync(() => Jobs.Held.Count == 2, Limit, "two are under way");
        await SettleAsync(JobsActor);
        Assert.Equal(2, Jobs.Sent.Count);
        Jobs.Release();

        await WhenAsync(found => found.Controller is { Counts.Events: 1, Counts.Commands: 5 }, "all were sent");
    }

    [Fact]
    public async Task A_shadow_reads_and_only_notes_what_it_would_do()
    {
        var reached = new List<string>();
        var script = new Script
        {
            OnEvent = async (context, happened, token) =>
            {
                Assert.True(context.IsShadow);
                await context.Commands(Id(1)).ExecuteAsync(GetOsInfo, token);
                await context.Commands(Id(1)).ExecuteAsync(SetTime, token);
                reached.Add("after set-time");
                context.Publish("DONE", "{}"u8.ToArray(), null);
                context.SetFact(Id(1), "a", "b");
                context.Set("seen", "yes");
                await context.Commands(Id(1)).ExecuteAsync(EncodedCommand.ForGuest("guest-fsfreeze-freeze"), token);
                reached.Add("after freeze");
            },
        };
        var vm = Appear(1);
        await RunAsync(script, ControllerMode.Shadow);
        Happen("A");
        await AnswerAsync(vm, FakeJobs.Succeeded("""{"id":"debian"}"""));
        await WhenAsync(found => found.Controller is { Counts.Events: 1, Health: ControllerHealth.Ok, LagEvents: 0 }, "it is done");

        Assert.Empty(Jobs.Specs);
        Assert.Equal(["after set-time"], reached);
        Assert.Equal(
            [$"would send guest-set-time to {Id(1)}", $"would send guest-fsfreeze-freeze to {Id(1)}", "would publish DONE {}", $"would set the fact scripted.a of {Id(1)} to b"],
            (await GetAsync()).Journal.Select(note => note.Text));
        await Eventually.TrueAsync(() => Store[Name]!.Instances["fleet"].State.GetValueOrDefault("seen") == "yes", Limit, "its values are kept");
        await vm.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task What_only_reads_is_asked_anew_each_time_without_a_job_and_takes_no_place()
    {
        var answers = new List<string>();
        var script = new Script
        {
            OnEvent = async (context, _, token) =>
            {
                answers.Add(Encoding.UTF8.GetString((await context.Commands(Id(1)).ExecuteAsync(GetOsInfo, token)).Span));
                await context.Commands(Id(1)).ExecuteAsync(SetTime, token);
                if (answers.Count == 1)
                    throw new InvalidOperationException();
            },
        };
        var vm = Appear(1);
        await RunAsync(script);
        Happen("A");
        await AnswerAsync(vm, FakeJobs.Succeeded("""{"id":"debian"}"""));
        await WhenAsync(found => found.Controller.Counts.Retries == 1, "the first attempt failed");
        Advance(1);
        await AnswerAsync(vm, FakeJobs.Succeeded("""{"id":"fedora"}"""));
        await WhenAsync(found => found.Controller is { Counts.Events: 1, Counts.Commands: 4 }, "it is done");

        Assert.Equal(["""{"id":"debian"}""", """{"id":"fedora"}"""], answers);
        Assert.EndsWith("/1 guest-set-time", Assert.Single(Jobs.Sent));
    }

    [Fact]
    public async Task What_only_reads_fails_as_a_job_would()
    {
        var outcomes = new List<(Phase, string?)>();
        var script = new Script
        {
            OnEvent = async (context, _, token) =>
            {
                foreach (var number in new[] { 1, 2 })
                    outcomes.Add((await Assert.ThrowsAsync<OutcomeException>(() => context.Commands(Id(number)).ExecuteAsync(GetOsInfo, token))).Outcome is var outcome ? (outcome.Phase, outcome.Reason) : default);
            },
        };
        var vm = Appear(1);
        await RunAsync(script);
        Happen("A");
        await AnswerAsync(vm, FakeJobs.Undelivered());
        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");

        Assert.Equal([(Phase.Undelivered, Reasons.AgentAbsent), (Phase.Undelivered, Reasons.VmNotFound)], outcomes);
    }

    [Fact]
    public async Task Freezes_and_snapshots_go_to_the_freeze_supervisor()
    {
        var skew = TimeSpan.Zero;
        var script = new Script
        {
            OnEvent = async (context, _, token) =>
            {
                var group = await context.FreezeAsync(new FreezeSpec { Target = Sample.Parse("vm*"), Owner = "test" }, token);
                await context.ThawAsync(group.Id, token);
                skew = (await context.SnapshotAsync(new SnapshotSpec { Target = Sample.Parse("vm*"), Name = "nightly" }, token)).Skew!.Value;
            },
        };
        await RunAsync(script);
        Happen("A");
        var create = await Freezes.ExpectMsgAsync<FreezeCommands.Create>();
        Freezes.Reply(new FreezeReplies.Group(new FreezeGroupSnapshot("G", create.Spec, FreezeGroupPhase.Frozen, default, null, [])));
        Assert.Equal("G", (await Freezes.ExpectMsgAsync<FreezeCommands.Thaw>()).GroupId);
        Freezes.Reply(new FreezeReplies.Group(new FreezeGroupSnapshot("G", create.Spec, FreezeGroupPhase.Thawed, default, null, [])));
        await Freezes.ExpectMsgAsync<FreezeCommands.Snapshot>();
        Freezes.Reply(new FreezeReplies.Snapshots("G", TimeSpan.FromSeconds(2), []));

        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");
        Assert.Equal(2, skew.TotalSeconds);
    }

    [Fact]
    public async Task The_inventory_is_found_by_selectors()
    {
        Appear(1);
        Appear(2);
        var found = new List<string>();
        var script = new Script { OnEvent = async (context, _, token) => found.AddRange((await context.FindAsync(Sample.Parse("vm2"), token)).Select(vm => vm.Name)) };
        await RunAsync(script);
        Happen("A");
        await WhenAsync(answer => answer.Controller.Counts.Events == 1, "it is done");
        Assert.Equal(["vm2"], found);
    }

    private static async Task AnswerAsync(TestProbe vm, Outcome outcome)
    {
        var invocation = await vm.ExpectMsgAsync<Invocation>(Limit);
        invocation.ReplyTo.Tell(new FanOutEvents.InvocationEnded(invocation, outcome), vm);
    }
}
