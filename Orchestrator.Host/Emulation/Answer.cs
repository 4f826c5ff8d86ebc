using System.Text;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Host.Emulation;

/// <summary>What an emulated peer answers to a command.</summary>
/// <param name="Value">JSON of the <c>return</c>; empty where there is an error, or no answer at all.</param>
/// <param name="Error">The error, if it is one.</param>
internal readonly record struct Answer(ReadOnlyMemory<byte> Value, CommandError? Error)
{
    /// <summary>Success without a value.</summary>
    public static readonly Answer Empty = Of("{}");

    /// <summary>Success that the protocol does not answer.</summary>
    public static readonly Answer Silence;

    /// <summary>Nothing is sent.</summary>
    public bool IsSilence => Value.IsEmpty && Error is null;

    /// <summary>Success with a value in JSON.</summary>
    public static Answer Of(string json) => new(Encoding.UTF8.GetBytes(json), null);

    /// <summary>Failure of the class GenericError.</summary>
    public static Answer Failure(string description) => new(default, new CommandError("GenericError", description));

    /// <summary>Failure.</summary>
    public static Answer Failure(CommandError error) => new(default, error);
}
