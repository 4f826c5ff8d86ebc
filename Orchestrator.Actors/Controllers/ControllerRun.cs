using Orchestrator.Protocol.Client;

namespace Orchestrator.Actors.Controllers;

/// <summary>How a call of a handler ended.</summary>
/// <param name="Changes">To the instance's values; none if it failed.</param>
/// <param name="Error">Why it failed; <see langword="null"/> if it succeeded.</param>
/// <param name="Complaint">The controller's own, after it.</param>
internal sealed record RunEnd(IReadOnlyDictionary<string, string?> Changes, string? Error, string? Complaint)
{
    private static readonly Dictionary<string, string?> None = [];

    public static RunEnd Failed(string error) => new(None, ControllerNote.Cut(error), null);
}

/// <summary>Calls handlers: what they throw becomes a <see cref="RunEnd"/>.</summary>
internal static class ControllerRun
{
    /// <summary>Calls the controller on a thread that is for controllers, and tells the world what it said once it has succeeded.</summary>
    /// <param name="controller">Makes the object, or gives the one that there is.</param>
    /// <param name="work">What it is called for.</param>
    /// <param name="call">Its context.</param>
    /// <param name="time">Of the handler.</param>
    /// <param name="cancellationToken">Its time is over.</param>
    public static Task<RunEnd> StartAsync(Func<Controller> controller, ControllerWork work, ControllerCall call, TimeSpan time, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => CallAsync(controller, work, call, time, cancellationToken), CancellationToken.None, TaskCreationOptions.DenyChildAttach, ControllerThreads.Instance).Unwrap();

    private static async Task<RunEnd> CallAsync(Func<Controller> create, ControllerWork work, ControllerCall call, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            var controller = create();
            try
            {
                await work.RunAsync(controller, call, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (IsShadow(e, call))
            {
                // It came to where shadows end.
            }
            await call.TellAsync(cancellationToken).ConfigureAwait(false);
            return new RunEnd(call.Changes, null, controller.Complaint is { } complaint ? ControllerNote.Cut(complaint) : null);
        }
        catch (Exception e)
        {
            return RunEnd.Failed(cancellationToken.IsCancellationRequested ? $"the handler's time of {time.TotalSeconds:0.###} s is over: {e.Message}" : $"{e.GetType().Name}: {e.Message}");
        }
        finally
        {
            call.End();
        }
    }

    /// <summary>An answer that was only made up may lack what the handler reads of it.</summary>
    private static bool IsShadow(Exception e, ControllerCall call) => call.IsShadow && (e is ControllerShadowedException || (e is QapiReadException && call.HasShadowed));
}
