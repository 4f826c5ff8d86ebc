using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Controllers;

/// <summary>A VM's typed commands as jobs of a controller.</summary>
internal sealed class ControllerClient(ControllerCall call, VmId vm) : IQapiClient
{
    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var outcome = await call.CommandAsync(ControllerJobs.Command(ControllerJobs.Only(vm), command), vm, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            null => EncodedCommand.EmptyReturn.Value,
            { Phase: Phase.Succeeded } => outcome.Result,
            _ => throw new OutcomeException(command.Name, outcome),
        };
    }
}
