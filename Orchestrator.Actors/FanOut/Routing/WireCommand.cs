using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>What a job asks, as it goes to the routers of other nodes: each makes a <see cref="JobPlan"/> of it, once.</summary>
/// <param name="Route">Which way it takes.</param>
/// <param name="Name">The command.</param>
/// <param name="Arguments">Its encoded arguments.</param>
/// <param name="Conditions">What is done where the VM cannot take it now.</param>
internal sealed record WireCommand(CommandRoute Route, string Name, byte[] Arguments, ConditionPolicy Conditions)
{
    /// <summary>Past commands that wait (QMP's <c>exec-oob</c>).</summary>
    public bool OutOfBand { get; init; }

    /// <summary>Of a program with full output: where in the guest it goes.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Of a job; <see langword="null"/> for what only its own process can carry out: a file that is a stream of the API.</summary>
    public static WireCommand? Of(JobSpec spec)
    {
        var program = spec.Route == CommandRoute.Run ? spec.Composite as GuestProgram : null;
        return spec.Composite is not null && program is null
            ? null
            : new WireCommand(spec.Route, spec.Command.Name, spec.Command.Arguments.ToArray(), spec.Conditions) { OutOfBand = spec.Command.OutOfBand, OutputDirectory = program?.OutputDirectory };
    }

    /// <summary>Encodes it for this node's VMs. The deadlines are each dispatch's own.</summary>
    /// <exception cref="QapiValidationException">This node's schemas do not have the command so.</exception>
    /// <exception cref="FormatException">They do not have it at all.</exception>
    public JobPlan ToPlan(string jobId, GuestNamespace guest)
    {
        if (!Enum.IsDefined(Route))
            throw new FormatException("it goes a way that only a newer version knows");
        var plan = new JobPlan(jobId, Route, Encode(guest), default) { Conditions = Conditions };
        return OutputDirectory is { } directory ? plan with { Composite = GuestProgram.Of(plan.Command, directory) } : plan;
    }

    private EncodedCommand Encode(GuestNamespace guest)
    {
        if (Route is CommandRoute.Qmp or CommandRoute.Migrate)
            return EncodedCommand.ForQmp(Name, Arguments, OutOfBand);
        return guest.Schema.TryGetCommand(Name, out var command)
            ? EncodedCommand.ForGuest(command, Arguments)
            : throw new FormatException($"there is no command '{Name}' in its guest namespace");
    }
}
