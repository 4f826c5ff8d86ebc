using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Client;

namespace Orchestrator.Actors.Controllers.Shipped;

/// <summary>What a command's failure means for a controller.</summary>
internal enum TroubleKind
{
    /// <summary>This agent does not have it, or its administrator took it away: not to be asked again.</summary>
    Lacking,

    /// <summary>It was answered with an error.</summary>
    Refused,

    /// <summary>It did not come to the peer, or no usable answer came: another attempt may succeed.</summary>
    Passing,
}

/// <summary>A command that has failed.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Text">For people.</param>
internal sealed record CommandTrouble(TroubleKind Kind, string Text)
{
    /// <summary>Whether an exception is the failure of a command, and no bug.</summary>
    public static bool Is(Exception exception) => exception is CommandException or ControllerCommandException;

    /// <summary>Of an exception that <see cref="Is"/> one.</summary>
    public static CommandTrouble Of(Exception exception) => new(KindOf(exception), exception.Message);

    /// <summary>Carries a command out.</summary>
    /// <returns>How it failed; <see langword="null"/> if it did not.</returns>
    public static async Task<CommandTrouble?> TryAsync(Func<Task> command)
    {
        try
        {
            await command().ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (Is(e))
        {
            return Of(e);
        }
    }

    private static TroubleKind KindOf(Exception exception) => exception switch
    {
        OutcomeException { Outcome.Reason: Reasons.Unsupported or Reasons.DisabledByGuest } => TroubleKind.Lacking,
        OutcomeException { Outcome: { Phase: Phase.Refused, Reason: Reasons.GuestError or Reasons.QmpError } } => TroubleKind.Refused,
        CommandRefusedException { Error.Class: "CommandNotFound" } => TroubleKind.Lacking,
        CommandRefusedException => TroubleKind.Refused,
        _ => TroubleKind.Passing,
    };
}
