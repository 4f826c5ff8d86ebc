using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;

namespace Orchestrator.Actors.Controllers;

/// <summary>
/// Owns the controllers. One that fails in itself begins anew from what is on disk; the others do not notice. It may be stopped at any time and begun
/// anew, here or on another node. One per node, or per cluster.
/// </summary>
public sealed class ControllerSupervisor : UntypedActor
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, (ControllerRegistration Registration, IActorRef? Feed)> _controllers = new(StringComparer.Ordinal);
    private readonly ControllerEnvironment _environment;
    private readonly IReadOnlyList<ControllerRegistration> _registrations;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ControllerSupervisor(IReadOnlyList<ControllerRegistration> registrations, ControllerEnvironment environment) => (_registrations, _environment) = (registrations, environment);

    /// <summary>Props.</summary>
    /// <param name="registrations">Each of another name.</param>
    /// <param name="environment">Of the node.</param>
    public static Props PropsFor(IReadOnlyList<ControllerRegistration> registrations, ControllerEnvironment environment) => Props.Create(() => new ControllerSupervisor(registrations, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        foreach (var registration in _registrations)
        {
            var feed = registration.Mode == ControllerMode.Off ? null : Context.ActorOf(ControllerFeedActor.PropsFor(registration, _environment), registration.Name);
            _controllers.Add(registration.Name, (registration, feed));
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DutyLost:
                Context.GiveUpDuty();
                break;
            case ControllerQueries.List:
                OnList();
                break;
            case ControllerQueries.Get get:
                OnGet(get);
                break;
            case ControllerCommands.Pause pause:
                Forward(pause.Controller, pause);
                break;
            case ControllerCommands.Resume resume:
                Forward(resume.Controller, resume);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnList()
    {
        var asked = _controllers.Values.Select(controller => AskAsync(controller.Registration, controller.Feed)).ToArray();
        Task.WhenAll(asked).PipeTo(Sender, success: snapshots => new ControllerReplies.Listed(snapshots));
    }

    private static async Task<ControllerSnapshot> AskAsync(ControllerRegistration registration, IActorRef? feed)
    {
        if (feed is null)
            return Off(registration);
        try
        {
            return (await feed.Ask<ControllerReplies.Found>(new ControllerQueries.Get(registration.Name), AnswerTimeout).ConfigureAwait(false)).Controller;
        }
        catch (AskTimeoutException)
        {
            return Off(registration) with { Health = ControllerHealth.Failing, Message = "it does not answer: see the node's log" };
        }
    }

    private void OnGet(ControllerQueries.Get get)
    {
        if (_controllers.TryGetValue(get.Controller, out var controller) && controller.Feed is null)
            Sender.Tell(new ControllerReplies.Found(Off(controller.Registration), [], null, [], []));
        else
            Forward(get.Controller, get);
    }

    private void Forward(string name, object message)
    {
        if (!_controllers.TryGetValue(name, out var controller))
            Sender.Tell(new ControllerReplies.Rejected("controller-not-found", $"there is no controller '{name}': GET /v1/controllers lists them"));
        else if (controller.Feed is null)
            Sender.Tell(new ControllerReplies.Rejected("controller-off", $"the controller '{name}' is off: set its mode in the node's configuration, and restart the node"));
        else
            controller.Feed.Forward(message);
    }

    private static ControllerSnapshot Off(ControllerRegistration registration) =>
        new() { Name = registration.Name, Scope = registration.Scope, Mode = registration.Mode, Health = ControllerHealth.Stopped, Message = "off in the node's configuration" };
}
