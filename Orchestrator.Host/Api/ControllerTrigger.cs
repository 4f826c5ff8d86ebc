using System.Text;
using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>POST /v1/controllers/{name}:trigger</c>: asks a controller for its work by an event, <c>NAME_REQUESTED</c>, which it may follow like any other.</summary>
internal static class ControllerTrigger
{
    private const int MaxDataBytes = 65_536;

    public static async Task<IResult> AskAsync(string name, HttpContext context, Node node, NodeControllers controllers)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.TriggerRequest).ConfigureAwait(false) ?? new TriggerRequest();
        if (controllers.Find(name) is not { } registration)
            return Problems.Of("controller-not-found", $"there is no controller '{name}': GET /v1/controllers lists them");
        if (registration.Mode == ControllerMode.Off)
            return Problems.Of("controller-off", $"the controller '{name}' is off: set its 'mode' in the configuration");
        var data = DataOf(request);
        var vm = request.Vm is null ? null : (await VmEndpoints.FindAsync(request.Vm, node, context.RequestAborted).ConfigureAwait(false)).Snapshot;
        var happened = new FleetEvent
        {
            Host = node.Host,
            Vm = vm?.Id,
            VmName = vm?.Name ?? "",
            Name = $"{name.ToUpperInvariant().Replace('-', '_')}_REQUESTED",
            Controller = ControllerRegistration.Api,
            Data = data,
            Time = node.Time.GetUtcNow(),
            Provenance = Provenance.Host,
            Incarnation = vm?.Incarnation ?? 0,
            Seen = vm,
        };
        node.Events.Tell(happened);
        return Results.Json(new TriggerView(happened.Name), ApiJson.Default.TriggerView, statusCode: StatusCodes.Status202Accepted);
    }

    private static ReadOnlyMemory<byte> DataOf(TriggerRequest request)
    {
        if (request.Data is not { } data)
            return "{}"u8.ToArray();
        if (data.ValueKind != JsonValueKind.Object)
            throw new RequestException("invalid-request", "'data' must be an object");
        var bytes = Encoding.UTF8.GetBytes(data.GetRawText());
        return bytes.Length <= MaxDataBytes ? bytes : throw new RequestException("invalid-request", $"'data' must have at most {MaxDataBytes} bytes");
    }
}
