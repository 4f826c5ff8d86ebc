using System.Text.Json;
using Orchestrator.Host.Cli.Diagnosis;

namespace Orchestrator.Host.Tests.Cli.Diagnosis;

/// <summary>The tables of docs/OUTCOMES.md, seen from outside.</summary>
public sealed class VmDiagnosisTests
{
    [Theory]
    // What decides before the agent's own condition, in the order of the document.
    [InlineData("Running", "None", null, "AgentAbsent", null)]
    [InlineData("Unresponsive", "None", null, "AgentAbsent", "QemuUnresponsive")]
    [InlineData("Unresponsive", "Ready", null, "QemuUnresponsive", "QemuUnresponsive")]
    [InlineData("Unreachable", "Absent", "HostUnreachable", "HostUnreachable", "HostUnreachable")]
    [InlineData("Unreachable", "Ready", "HostUnreachable", null, "HostUnreachable")]
    [InlineData("Unreachable", "Absent", "MonitorBusy", "AgentAbsent", "MonitorBusy")]
    [InlineData("Unreachable", "Ready", "MonitorBusy", null, "MonitorBusy")]
    [InlineData("Unreachable", "Ready", null, null, "HostUnreachable")]
    [InlineData("Paused", "Ready", null, "VmPaused", null)]
    [InlineData("Paused", "Absent", null, "VmPaused", null)]
    [InlineData("Migrating", "Ready", null, "VmMigrating", null)]
    [InlineData("Stopped", "Quarantined", null, "VmNotRunning", null)]
    [InlineData("Running", "Absent", null, "AgentAbsent", null)]
    [InlineData("Running", "Quarantined", null, "GuestQuarantined", null)]
    [InlineData("Running", "Unresponsive", null, "AgentUnresponsive", null)]
    [InlineData("Running", "Connecting", null, null, null)]
    [InlineData("Running", "Ready", null, null, null)]
    [InlineData("Connecting", "Ready", null, null, "HostUnreachable")]
    [InlineData("Connecting", "Absent", null, "AgentAbsent", "HostUnreachable")]
    public void Condition_decides_what_is_taken(string state, string agent, string? refusal, string? guest, string? qmp)
    {
        var diagnosis = VmDiagnosis.Of(Vm(state, agent), refusal);

        Assert.Equal((guest, qmp), (diagnosis.GuestReason, diagnosis.QmpReason));
    }

    [Theory]
    [InlineData("Running", "Ready", "web1 takes guest and QMP commands now: state Running since T, run state r, agent Ready")]
    [InlineData("Running", "Connecting", "web1 takes QMP commands now, and guest commands wait until its agent has synchronized: state Running since T, run state r, agent Connecting")]
    [InlineData("Paused", "Ready", "web1 takes QMP commands and no guest commands now (VmPaused): state Paused since T, run state r, agent Ready")]
    [InlineData("Unresponsive", "Ready", "web1 takes no commands now (QemuUnresponsive): state Unresponsive since T, run state r, agent Ready")]
    [InlineData("Unreachable", "Ready", "web1 takes guest commands and no QMP commands now (HostUnreachable): state Unreachable since T, run state r, agent Ready")]
    [InlineData("Unresponsive", "None", "web1 takes no guest commands (AgentAbsent) and no QMP commands (QemuUnresponsive) now: state Unresponsive since T, run state r, agent None")]
    public void Sentence_has_the_evidence(string state, string agent, string expected) => Assert.Equal(expected, VmDiagnosis.Of(Vm(state, agent), null).Sentence);

    [Fact]
    public void Quarantine_and_message_are_evidence()
    {
        var vm = JsonElement.Parse("""{"name":"web1","state":"Running","agent":"Quarantined","quarantine":{"since":"T","kind":"Tokens","reason":"too many tokens"},"message":"quarantined"}""");

        Assert.EndsWith("agent Quarantined, quarantined since T (Tokens: too many tokens), quarantined", VmDiagnosis.Of(vm, null).Sentence);
        Assert.Contains("'orchestrator vm release web1'", VmDiagnosis.Of(vm, null).Next);
    }

    [Fact]
    public void Vm_that_takes_all_needs_nothing() => Assert.Null(VmDiagnosis.Of(Vm("Running", "Ready"), null).Next);

    private static JsonElement Vm(string state, string agent) => JsonElement.Parse($$"""{"name":"web1","state":"{{state}}","since":"T","runState":"r","agent":"{{agent}}"}""");
}
