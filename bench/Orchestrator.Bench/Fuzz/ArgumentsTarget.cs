using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Fuzz;

/// <summary>A caller's arguments are encoded or refused with a reason: no other exception. What is sent would be accepted again.</summary>
public sealed class ArgumentsTarget : IFuzzTarget
{
    private static readonly QapiCommand[] Commands =
        [.. GuestNamespace.BuiltIn.Schema.Commands.Values.Where(command => command.Arguments.Count > 0).OrderBy(command => command.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public string Name => "arguments";

    /// <summary>The first byte names the command, and whether it is JSON or pairs, one per line.</summary>
    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Commands.Select((command, index) => (byte[])[(byte)index, .. "{"u8, .. Encoding.UTF8.GetBytes(string.Join(',', command.Arguments.Select(argument => $"\"{argument.Name}\":1"))), .. "}"u8]),
        .. Commands.Select((command, index) => (byte[])[(byte)(index + 128), .. Encoding.UTF8.GetBytes(string.Join('\n', command.Arguments.Select(argument => $"{argument.Name}=1")))]),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Words { get; } = FuzzRun.WordsOf(
        [.. Commands.SelectMany(command => command.Arguments).Select(argument => argument.Name).Distinct(), "{", "}", "[", "]", ",", ":", ":=", "=", ".", "\n", "\"", "\\", "\\ud800", "\u00ff", "null", "true", "none", "-1", "1e999", "\"a\"", "aGVsbG8="]);

    /// <inheritdoc/>
    public string Try(byte[] input)
    {
        var first = input.Length == 0 ? 0 : input[0];
        var command = Commands[first % 128 % Commands.Length];
        var text = input.AsSpan(Math.Min(1, input.Length));
        try
        {
            var encoded = first < 128 ? QapiArguments.EncodeJson(command, text) : QapiArguments.FromKeyValues(command, Encoding.UTF8.GetString(text).Split('\n'));
            Require.Equal(Encoding.UTF8.GetString(encoded), Encoding.UTF8.GetString(QapiArguments.EncodeJson(command, encoded)), "what would be sent is not stable");
            return $"{command} sent";
        }
        catch (QapiValidationException refusal)
        {
            return $"{command} {FuzzRun.Depth(refusal.Path)} {refusal.Expected}";
        }
    }
}
