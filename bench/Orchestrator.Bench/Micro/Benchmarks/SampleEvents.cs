using System.Globalization;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>Events of a fleet of 100 VMs.</summary>
internal static class SampleEvents
{
    private const int Vms = 100;
    private static readonly DateTimeOffset Time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly VmSnapshot[] Seen = [.. Enumerable.Range(0, Vms).Select(number => new VmSnapshot
    {
        Id = new VmId(new Guid(number, 0, 0, new byte[8])),
        Name = string.Create(CultureInfo.InvariantCulture, $"web{number:00}"),
        Host = "local",
        State = VmState.Running,
        Agent = AgentState.Ready,
        Incarnation = 1,
    })];

    /// <summary>As the log gets them: without a sequence.</summary>
    public static FleetEvent[] Of(int count) => [.. Enumerable.Range(0, count).Select(Event)];

    private static FleetEvent Event(int number) => new()
    {
        Host = "local",
        Vm = Seen[number % Vms].Id,
        VmName = Seen[number % Vms].Name,
        Name = "RTC_CHANGE",
        Data = """{"offset":78,"qom-path":"/machine/unattached/device[3]"}"""u8.ToArray(),
        Time = Time.AddMilliseconds(number),
        Provenance = Provenance.Host,
        Incarnation = 1,
        Session = 1_700_000_000_000,
        Seen = Seen[number % Vms],
    };
}
