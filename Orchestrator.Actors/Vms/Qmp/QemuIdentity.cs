using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qemu;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>What QEMU says of the VM after each attachment: events of before it were not sent.</summary>
/// <param name="Uuid">From <c>query-uuid</c>; <see langword="null"/> for a peer without one, or QEMU without <c>-uuid</c> (all zeros).</param>
/// <param name="QemuName">From <c>query-name</c>.</param>
/// <param name="Port">The agent's port; <see langword="null"/> if none was found.</param>
internal sealed record QemuIdentity(Guid? Uuid, string? QemuName, AgentPort? Port)
{
    private static readonly EncodedCommand QueryUuid = EncodedCommand.ForQmp("query-uuid");
    private static readonly EncodedCommand QueryName = EncodedCommand.ForQmp("query-name");

    /// <summary>Asks. A question that stays without a usable answer leaves its part empty.</summary>
    /// <param name="qmp">The VM's monitor.</param>
    /// <param name="agentPath">Path of the agent's socket, if it is a local one.</param>
    /// <param name="timeout">Deadline of each question.</param>
    public static async Task<QemuIdentity> QueryAsync(QmpChannel qmp, string? agentPath, TimeSpan timeout)
    {
        var uuid = qmp.ExecuteAsync(QueryUuid, timeout);
        var name = qmp.ExecuteAsync(QueryName, timeout);
        var port = AgentPort.FindAsync(qmp, agentPath, timeout);
        return new QemuIdentity(
            Guid.TryParse(Value(await uuid.ConfigureAwait(false), UuidInfo.Read)?.UUID, out var parsed) && parsed != Guid.Empty ? parsed : null,
            Value(await name.ConfigureAwait(false), NameInfo.Read)?.Name,
            await port.ConfigureAwait(false));
    }

    private static T? Value<T>(CommandResult result, QapiRead<T> read)
        where T : class
    {
        try
        {
            return result is CommandResult.Returned returned ? QapiJson.Read(returned.Value.Span, read) : null;
        }
        catch (QapiReadException)
        {
            return null;
        }
    }
}
