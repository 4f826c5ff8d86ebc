using System.Buffers;
using System.Collections.Frozen;
using System.IO.Pipelines;
using System.Text.Json;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Composites;

/// <summary>The composite commands of the guest namespace (<c>Schemas/guest/orchestrator.json</c>) by name.</summary>
public static class CompositeCommands
{
    private static readonly FrozenDictionary<string, Func<JsonElement, CompositeCommand>> Makers = new Dictionary<string, Func<JsonElement, CompositeCommand>>
    {
        ["guest-view-file"] = arguments => new GuestFileView(arguments.GetProperty("filename"u8).GetString()!),
        ["guest-write-file"] = WriteFile,
        ["guest-run"] = Run,
    }.ToFrozenDictionary();

    /// <summary>Names of all of them.</summary>
    public static IEnumerable<string> Names => Makers.Keys;

    /// <summary>Makes the composite of an encoded command; <see langword="null"/> when the agent has the command itself.</summary>
    public static CompositeCommand? Of(EncodedCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Makers.TryGetValue(command.Name, out var make) ? make(JsonElement.Parse(command.Arguments.Span)) : null;
    }

    private static FilePush WriteFile(JsonElement arguments)
    {
        var bytes = new ReadOnlySequence<byte>(arguments.GetProperty("buf-b64"u8).GetBytesFromBase64());
        return new FilePush(arguments.GetProperty("filename"u8).GetString()!, IsTrue(arguments, "append"), () => PipeReader.Create(bytes));
    }

    private static GuestProgram Run(JsonElement arguments) => GuestProgram.Of(new ExecSpec
    {
        Argv = [arguments.GetProperty("path"u8).GetString()!, .. Strings(arguments, "arg")],
        Environment = Strings(arguments, "env"),
        Input = arguments.TryGetProperty("input-data"u8, out var input) ? input.GetBytesFromBase64() : default,
        FullOutput = IsTrue(arguments, "full-output"),
    });

    private static string[] Strings(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(value => value.GetString()!)] : [];

    private static bool IsTrue(JsonElement arguments, string name) => arguments.TryGetProperty(name, out var value) && value.GetBoolean();
}
