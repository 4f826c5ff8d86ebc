using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Client;

/// <summary>
/// Executes commands for one VM. The commands of a schema are extension methods of this interface, generated from the schema:
/// <c>await vm.GuestGetOsInfoAsync()</c>, <c>await vm.QueryStatusAsync()</c>.
/// </summary>
public interface IQapiClient
{
    /// <summary>Sends a command and awaits its answer.</summary>
    /// <param name="command">For the agent or for QEMU (<see cref="EncodedCommand.FromGuest"/>).</param>
    /// <param name="cancellationToken">Ends the wait only: a command that was sent may still run.</param>
    /// <returns>The value of <c>return</c>: compact JSON.</returns>
    /// <exception cref="CommandException">There is no such value; the type of the exception tells why.</exception>
    Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken);
}
