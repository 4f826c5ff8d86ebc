using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>One client's capabilities negotiation (QMP specification, section 4): before it, nothing else is executed; after it, it is not repeated.</summary>
/// <param name="offersOutOfBand">Whether the greeting offers <c>oob</c>.</param>
public sealed class QmpNegotiation(bool offersOutOfBand)
{
    private const string Negotiate = "qmp_capabilities";

    /// <summary>Whether the client has negotiated: it gets events from here on.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether the client may overtake with <c>exec-oob</c>.</summary>
    public bool OutOfBand { get; private set; }

    /// <summary>Whether a command is the negotiation's to answer.</summary>
    public bool Takes(QmpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return !IsComplete || request.Command == Negotiate;
    }

    /// <summary>Answers a command that it takes: with an error, or with success (<see langword="null"/>).</summary>
    public CommandError? Decide(QmpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Command != Negotiate)
            return new CommandError("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'");
        if (request.OutOfBand)
            return new CommandError("GenericError", $"The command {Negotiate} does not support OOB");
        if (IsComplete)
            return new CommandError("CommandNotFound", "Capabilities negotiation is already complete, command ignored");
        var wanted = false;
        if (!request.Arguments.IsEmpty && FaultOf(request.Arguments, ref wanted) is { } fault)
            return new CommandError("GenericError", fault);
        OutOfBand = wanted;
        IsComplete = true;
        return null;
    }

    private string? FaultOf(ReadOnlyMemory<byte> arguments, ref bool outOfBand)
    {
        using var document = JsonDocument.Parse(arguments, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "enable")
                return $"Parameter '{member.Name}' is unexpected";
            if (member.Value.ValueKind != JsonValueKind.Array)
                return "Invalid parameter type for 'enable', expected: array";
            foreach (var (index, capability) in member.Value.EnumerateArray().Index())
            {
                if (capability.ValueKind != JsonValueKind.String)
                    return $"Invalid parameter type for 'enable[{index}]', expected: string";
                if (!capability.ValueEquals("oob"u8))
                    return $"Parameter 'enable[{index}]' does not accept value '{capability.GetString()}'";
                if (!offersOutOfBand)
                    return "Capability oob not available";
                outOfBand = true;
            }
        }
        return null;
    }
}
