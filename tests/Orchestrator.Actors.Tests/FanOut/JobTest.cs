using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut;

/// <summary>A <see cref="JobSupervisor"/> with probes in the places of inventory and router.</summary>
public abstract class JobTest : ActorTest
{
    private readonly Lazy<IActorRef> _jobs;

    protected JobTest()
    {
        Inventory = CreateTestProbe();
        Router = CreateTestProbe();
        Router.IgnoreMessages(static message => message is FanOutCommands.ReportAmendments);
        _jobs = new Lazy<IActorRef>(() => Sys.ActorOf(JobSupervisor.PropsFor(Environment, Retention)));
    }

    private protected virtual FanOutEnvironment Environment => new(Inventory, Router, Time);

    /// <summary>Of what is submitted; with one, a job is durable.</summary>
    private protected string? IdempotencyKey { get; init; }

    private protected JobRetention Retention { get; set; } = new();

    private protected TestProbe Inventory { get; }

    private protected TestProbe Router { get; }

    private protected IActorRef Jobs => _jobs.Value;

    /// <summary>Submits without resolving the targets.</summary>
    private protected void Submit(double seconds = 10, bool allowEmpty = false) => Jobs.Tell(
        new JobCommands.Submit(new JobSpec
        {
            Target = Sample.Parse("vm*"),
            Route = CommandRoute.Guest,
            Command = EncodedCommand.ForGuest("guest-ping"),
            Timeout = TimeSpan.FromSeconds(seconds),
            AllowEmpty = allowEmpty,
            IdempotencyKey = IdempotencyKey,
        }),
        TestActor);

    private protected async Task ResolveAsync(int targets)
    {
        var select = await Inventory.ExpectMsgAsync<InventoryQueries.Select>();
        Assert.Equal("vm*", select.Selector!.Text);
        Inventory.Reply(new InventoryReplies.Selection([.. Enumerable.Range(0, targets).Select(number => new InventoryEntry(Sample.Vm("vm" + number), TestActor))]));
    }

    /// <summary>A job that waits for its outcomes.</summary>
    private protected async Task<RunningJob> StartAsync(int targets, double seconds = 10)
    {
        Submit(seconds);
        await ResolveAsync(targets);
        var dispatch = await Router.ExpectMsgAsync<FanOutCommands.Dispatch>();
        var job = Router.LastSender;
        return new RunningJob((await ExpectMsgAsync<JobReplies.Accepted>()).Job.Id, job, dispatch);
    }

    /// <summary>A job with one target that has succeeded with a result of some size.</summary>
    private protected async Task<string> RunAsync(int bytes = 0)
    {
        var job = await StartAsync(1);
        job.End((0, Outcome(Phase.Succeeded) with { Result = new byte[bytes] }));
        await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0));
        await SettleAsync(Jobs);
        return job.Id;
    }

    private protected Task<T> AskAsync<T>(object question) => Jobs.Ask<T>(question, Limit);

    private protected static Outcome Outcome(Phase phase, string? reason = null, string name = "vm") =>
        new() { Name = name, Host = "host1", Phase = phase, Reason = reason, Effect = Effect.None };

    private protected sealed record RunningJob(string Id, IActorRef Actor, FanOutCommands.Dispatch Dispatch)
    {
        public void End(params (int Ordinal, Outcome Outcome)[] outcomes) => Actor.Tell(new FanOutEvents.Outcomes(Id, outcomes));
    }
}
