using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// A VM's typed commands as a controller gives them. One that may change something is a job under a key; one that only reads is asked anew each time,
/// so that a handler that runs again sees what is so now.
/// </summary>
internal sealed class ControllerClient(ControllerCall call, VmId vm) : IQapiClient
{
    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Class == CommandClass.ReadOnly)
            return await call.ReadAsync(command, vm, cancellationToken).ConfigureAwait(false);
        var outcome = await call.CommandAsync(ControllerJobs.Command(ControllerJobs.Only(vm), command), vm, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            null => EncodedCommand.EmptyReturn.Value,
            { Phase: Phase.Succeeded } => outcome.Result,
            _ => throw new OutcomeException(command.Name, outcome),
        };
    }
}
