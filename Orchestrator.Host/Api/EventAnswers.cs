using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Api;

/// <summary>What becomes of questions to event logs that are not answered.</summary>
internal static class EventAnswers
{
    /// <summary>The answer.</summary>
    /// <exception cref="RequestException">The node's own log cannot be read.</exception>
    public static async Task<T> OrProblemAsync<T>(this Task<T> asked)
    {
        try
        {
            return await asked.ConfigureAwait(false);
        }
        catch (EventReadException e)
        {
            throw Problems.Unreadable(e);
        }
    }
}
