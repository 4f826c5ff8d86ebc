using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Client;

/// <summary>Notes what is sent, and answers it.</summary>
internal sealed class RecordingClient(string answer = "{}") : IQapiClient
{
    public EncodedCommand Sent { get; private set; } = null!;

    public string Arguments => System.Text.Encoding.UTF8.GetString(Sent.Arguments.Span);

    public Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken)
    {
        Sent = command;
        return Task.FromResult<ReadOnlyMemory<byte>>(System.Text.Encoding.UTF8.GetBytes(answer));
    }
}
