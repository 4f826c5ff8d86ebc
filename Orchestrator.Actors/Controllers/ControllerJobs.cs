using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Controllers;

/// <summary>Makes the jobs that controllers run.</summary>
public static class ControllerJobs
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A command on VMs.</summary>
    /// <param name="target">Which.</param>
    /// <param name="command">Encoded once.</param>
    /// <param name="timeout">For each VM, from the dispatch to the outcome; 30 s by default.</param>
    public static JobSpec Command(TargetSelector target, EncodedCommand command, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        return new JobSpec { Target = target, Route = command.FromGuest ? CommandRoute.Guest : CommandRoute.Qmp, Command = command, Timeout = timeout ?? DefaultTimeout };
    }

    /// <summary>A program in VMs' guests.</summary>
    /// <param name="target">Which.</param>
    /// <param name="program">What to run.</param>
    /// <param name="timeout">For each VM, from the dispatch to the program's end; 30 s by default.</param>
    public static JobSpec Program(TargetSelector target, ExecSpec program, TimeSpan? timeout = null)
    {
        var composite = GuestProgram.Of(program);
        return new JobSpec { Target = target, Route = CommandRoute.Run, Command = composite.Start, Composite = composite, Timeout = timeout ?? DefaultTimeout };
    }

    /// <summary>One VM.</summary>
    public static TargetSelector Only(VmId vm) => TargetSelector.TryParse(vm.ToString(), out var selector, out var error) ? selector : throw new ArgumentException(error.Message, nameof(vm));
}
