using System.Text;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Events.Filtering;

/// <summary>Events and filters of the tests.</summary>
internal static class FilterSample
{
    public const string Data = """{"device":"virtio0","write":true,"forced":false,"size":4096,"ratio":0.5,"none":null,"huge":1e400,"__com.x_y":"odd","qom-path":"/a","list":[1,{"name":"b"},[7]],"nested":{"a":{"b":"deep"}},"number":"17","in":"word"}""";

    public static FleetEvent Event(string? data = Data) => new()
    {
        Epoch = 1_700_000_000_000,
        Sequence = 42,
        Host = "node1",
        Vm = new VmId(new Guid("00000000-0000-4000-8000-000000000001")),
        VmName = "web1",
        Name = "BLOCK_IO_ERROR",
        Data = data is null ? default : Encoding.UTF8.GetBytes(data),
        Time = DateTimeOffset.Parse("2026-01-01T12:00:00.5Z", null),
        Provenance = Provenance.Host,
        Incarnation = 3,
        Session = 1_700_000_000_001,
    };

    public static EventExpression Parse(string text) => EventExpression.TryParse(text, out var expression, out var error) ? expression : throw new ArgumentException(error.Message);

    public static bool Matches(string text, FleetEvent? happened = null) => Parse(text).Matches(happened ?? Event());

    public static ExpressionError Error(string text)
    {
        Assert.False(EventExpression.TryParse(text, out _, out var error));
        return error;
    }
}
