using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Conditions, capabilities and events of VMs for the tests of pure rules.</summary>
internal static class Conditions
{
    /// <summary>Knows guest-ping, guest-exec and guest-shutdown; guest-get-users is disabled; everything else is unknown to it.</summary>
    public static readonly AgentCapabilities Capabilities = AgentCapabilities.Parse("""
        {"version":"7.2.22","supported_commands":[
          {"name":"guest-ping","enabled":true,"success-response":true},
          {"name":"guest-exec","enabled":true,"success-response":true},
          {"name":"guest-shutdown","enabled":true,"success-response":false},
          {"name":"guest-get-users","enabled":false,"success-response":true}]}
        """u8.ToArray());

    public static VmCondition Ready { get; } = new() { Qmp = QmpLink.Online, RunState = "running", Agent = AgentState.Ready, Capabilities = Capabilities };

    public static QmpEvent Event(string name, string data = "") => new(name, System.Text.Encoding.UTF8.GetBytes(data), DateTimeOffset.UnixEpoch);
}
