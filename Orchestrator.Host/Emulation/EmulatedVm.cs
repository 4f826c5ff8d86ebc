using Orchestrator.Host.Emulation.Agent;
using Orchestrator.Host.Emulation.Qmp;

namespace Orchestrator.Host.Emulation;

/// <summary>
/// A VM without a machine: what its QMP server says of it, and what follows for its agent. States and the order of events are QEMU's (with
/// <c>-no-shutdown</c>: a machine that is off can be reset and continued).
/// </summary>
internal sealed class EmulatedVm
{
    private const string Running = "running";
    private static readonly TimeSpan BootTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestartInterval = TimeSpan.FromMinutes(1);
    private readonly EmulatedFleet _fleet;
    private bool _agentIsUp;

    /// <summary>A VM that runs, unless its trait is another.</summary>
    /// <param name="fleet">Of which it is one.</param>
    /// <param name="persona">Who it is.</param>
    /// <param name="agentAddress">The agent's socket, as <c>query-chardev</c> writes it.</param>
    public EmulatedVm(EmulatedFleet fleet, Persona persona, string agentAddress)
    {
        (_fleet, Persona, AgentAddress) = (fleet, persona, agentAddress);
        Monitor = new EmulatedMonitor(fleet, this);
        Agent = new EmulatedAgent(fleet, this);
        RunState = persona.Trait == Trait.Paused ? "paused" : Running;
        _agentIsUp = persona.Trait != Trait.Absent;
        if (persona.Trait == Trait.Restarting)
            fleet.Loop.After(RestartInterval, RestartAgentAgain);
    }

    /// <summary>Who it is.</summary>
    public Persona Persona { get; }

    /// <summary>The agent's socket, as <c>query-chardev</c> writes it.</summary>
    public string AgentAddress { get; }

    /// <summary>Its QMP server.</summary>
    public EmulatedMonitor Monitor { get; }

    /// <summary>Its agent.</summary>
    public EmulatedAgent Agent { get; }

    /// <summary>One of QMP's <c>RunState</c>.</summary>
    public string RunState { get; private set; }

    /// <summary>Whether its processors run.</summary>
    public bool IsRunning => RunState == Running;

    /// <summary>Whether the guest has the agent's port open.</summary>
    public bool PortIsOpen => _agentIsUp;

    /// <summary>Whether its agent takes what is sent to it.</summary>
    public bool AgentListens => _agentIsUp && IsRunning && Persona.Trait != Trait.Silent;

    /// <summary><c>stop</c>.</summary>
    public void Stop()
    {
        if (IsRunning)
            Become("paused", "STOP");
    }

    /// <summary><c>cont</c>: of a machine that is off, nothing comes of it.</summary>
    public void Continue()
    {
        if (RunState is not (Running or "shutdown"))
            Become(Running, "RESUME");
    }

    /// <summary>A reset: the guest boots.</summary>
    public void Reset(bool byGuest)
    {
        Monitor.SendEvent("RESET", byGuest ? """{"guest": true, "reason": "guest-reset"}""" : """{"guest": false, "reason": "host-qmp-system-reset"}""");
        if (!IsRunning)
            RunState = "prelaunch";
        RestartAgent(thaws: true);
    }

    /// <summary><c>system_powerdown</c>: the button; a guest that runs obeys.</summary>
    public void PowerDown()
    {
        Monitor.SendEvent("POWERDOWN");
        if (IsRunning)
            _fleet.Loop.After(BootTime, ShutDown);
    }

    /// <summary>The guest has ended.</summary>
    public void ShutDown()
    {
        if (!IsRunning)
            return;
        CloseAgent();
        Monitor.SendEvent("SHUTDOWN", """{"guest": true, "reason": "guest-shutdown"}""");
        Become("shutdown", "STOP");
    }

    /// <summary>The guest sleeps in its memory.</summary>
    public void Suspend() => Become("suspended", "SUSPEND");

    /// <summary><c>system_wakeup</c>.</summary>
    /// <returns><see langword="false"/> if it does not sleep.</returns>
    public bool Wake()
    {
        if (RunState != "suspended")
            return false;
        Become(Running, "WAKEUP");
        return true;
    }

    private void Become(string state, string @event)
    {
        RunState = state;
        Monitor.SendEvent(@event);
        Agent.Listen();
    }

    private void RestartAgent(bool thaws)
    {
        CloseAgent();
        Agent.Forget(thaws);
        _fleet.Loop.After(BootTime, OpenAgent);
    }

    private void RestartAgentAgain()
    {
        if (IsRunning)
            RestartAgent(thaws: false);
        _fleet.Loop.After(RestartInterval, RestartAgentAgain);
    }

    private void CloseAgent()
    {
        if (!_agentIsUp)
            return;
        _agentIsUp = false;
        Agent.Listen();
        Monitor.SendEvent("VSERPORT_CHANGE", """{"open": false, "id": "agent0"}""");
    }

    /// <summary>A guest that is paused or off opens nothing: it does so when it goes on.</summary>
    private void OpenAgent()
    {
        if (_agentIsUp || Persona.Trait == Trait.Absent || RunState == "shutdown")
            return;
        if (!IsRunning)
        {
            _fleet.Loop.After(BootTime, OpenAgent);
            return;
        }
        _agentIsUp = true;
        Monitor.SendEvent("VSERPORT_CHANGE", """{"open": true, "id": "agent0"}""");
        Agent.Listen();
    }
}
