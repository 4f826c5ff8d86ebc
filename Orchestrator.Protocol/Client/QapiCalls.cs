using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Client;

/// <summary>What generated commands are made of.</summary>
public static class QapiCalls
{
    /// <summary>Executes a command that returns a value.</summary>
    /// <exception cref="CommandException">There is no value, or it does not fit.</exception>
    public static async Task<T> CallAsync<T>(this IQapiClient client, EncodedCommand command, QapiRead<T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(command);
        var value = await client.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
        try
        {
            return QapiJson.Read(value.Span, read);
        }
        catch (QapiReadException e)
        {
            throw new CommandViolationException(command.Name, new ReplyViolation(ViolationKind.Schema, "return" + e.Path, e.Message));
        }
    }

    /// <summary>Executes a command that returns nothing.</summary>
    /// <exception cref="CommandException">It was not done, or that is not known.</exception>
    public static Task CallAsync(this IQapiClient client, EncodedCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.ExecuteAsync(command, cancellationToken);
    }
}
