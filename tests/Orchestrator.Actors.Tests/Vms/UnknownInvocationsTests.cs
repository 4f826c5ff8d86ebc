using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class UnknownInvocationsTests
{
    private readonly UnknownInvocations _unknown = new();

    [Fact]
    public void Invocation_is_found_by_its_own_command_once()
    {
        var (first, second) = (Of(EncodedCommand.ForGuest("guest-ping")), Of(EncodedCommand.ForGuest("guest-ping")));
        _unknown.Note(first);
        _unknown.Note(second);

        Assert.Same(first, _unknown.Take(first.Plan.Command));
        Assert.Null(_unknown.Take(first.Plan.Command));
        Assert.Null(_unknown.Take(EncodedCommand.ForGuest("guest-ping")));
        Assert.Same(second, _unknown.Take(second.Plan.Command));
    }

    [Fact]
    public void Newest_attempt_is_the_one_that_is_answered()
    {
        var plan = Of(EncodedCommand.ForGuest("guest-ping")).Plan;
        var (first, second) = (Of(plan), Of(plan));
        _unknown.Note(first);
        _unknown.Note(second);

        Assert.Same(second, _unknown.Take(plan.Command));
    }

    [Fact]
    public void Program_is_found_by_its_start()
    {
        var program = GuestProgram.Of(new ExecSpec { Argv = ["true"], FullOutput = true });
        var invocation = Of(new JobPlan("job", CommandRoute.Run, GuestExecution.Encode(new ExecSpec { Argv = ["true"] }), default) { Composite = program });
        _unknown.Note(invocation);

        Assert.Null(_unknown.Take(invocation.Plan.Command));
        Assert.Same(invocation, _unknown.Take(program.Start));
    }

    [Fact]
    public void Only_guest_commands_of_jobs_are_noted_and_the_oldest_is_forgotten()
    {
        var plan = Of(EncodedCommand.ForGuest("guest-ping")).Plan;
        _unknown.Note(Of(plan with { JobId = "" }));
        _unknown.Note(Of(new JobPlan("job", CommandRoute.Qmp, EncodedCommand.ForQmp("stop"), default)));
        Assert.Equal(0, _unknown.Count);

        var oldest = Of(EncodedCommand.ForGuest("guest-ping"));
        _unknown.Note(oldest);
        for (var count = 0; count < UnknownInvocations.Capacity; count++)
            _unknown.Note(Of(plan));

        Assert.Equal(UnknownInvocations.Capacity, _unknown.Count);
        Assert.Null(_unknown.Take(oldest.Plan.Command));
        _unknown.Clear();
        Assert.Equal(0, _unknown.Count);
    }

    private static Invocation Of(EncodedCommand command) => Of(new JobPlan("job", CommandRoute.Guest, command, default));

    private static Invocation Of(JobPlan plan) => new(plan, 0, ActorRefs.Nobody, ActorRefs.Nobody);
}
