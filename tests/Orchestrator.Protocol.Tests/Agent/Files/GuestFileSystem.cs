using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Files;

/// <summary>
/// An agent with files in memory, as qemu-ga serves them: the end is told with the first piece that is shorter than asked for. Any answer can be
/// replaced by a test.
/// </summary>
internal sealed class GuestFileSystem : IAgentChannel
{
    private readonly Dictionary<long, (string Path, int At, bool Append)> _open = [];
    private readonly Dictionary<int, string> _programs = [];
    private long _lastHandle = 999;
    private int _lastPid = 41;

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Decides instead of the files; <see langword="null"/> leaves it to them. Gets the command and how many of its name came before.</summary>
    public Func<EncodedCommand, int, CommandResult?> Instead { get; set; } = (_, _) => null;

    public bool HasSha256Sum { get; init; } = true;

    /// <summary>Whether the files have places, as those of <c>/proc</c> have not.</summary>
    public bool CanSeek { get; init; } = true;

    public List<string> Asked { get; } = [];

    public List<string> Left { get; } = [];

    public int OpenHandles => _open.Count;

    public int Count(string name) => Asked.Count(asked => asked == name);

    public static CommandResult Error(string description) => new CommandResult.Refused(new CommandError("GenericError", description));

    public void CloseLater(EncodedCommand close) => Left.Add(Encoding.UTF8.GetString(close.Arguments.Span));

    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var before = Count(command.Name);
        Asked.Add(command.Name);
        return Task.FromResult(Instead(command, before) ?? Answer(command.Name, JsonElement.Parse(command.Arguments.Span)));
    }

    private CommandResult Answer(string name, JsonElement arguments) => name switch
    {
        "guest-file-open" => Open(arguments.GetProperty("path").GetString()!, arguments.GetProperty("mode").GetString()!),
        "guest-exec" => Exec(arguments),
        "guest-exec-status" => ScriptedChannel.Returned(_programs[arguments.GetProperty("pid").GetInt32()]),
        _ => OfHandle(name, arguments.GetProperty("handle").GetInt64(), arguments),
    };

    private CommandResult Open(string path, string mode)
    {
        if (mode == "rb" && !Files.ContainsKey(path))
            return Error($"failed to open file '{path}' (mode: 'rb'): No such file or directory");
        if (mode == "wb" || !Files.ContainsKey(path))
            Files[path] = [];
        _open[++_lastHandle] = (path, 0, mode == "ab");
        return ScriptedChannel.Returned($"{_lastHandle}");
    }

    private CommandResult OfHandle(string name, long handle, JsonElement arguments)
    {
        if (!_open.TryGetValue(handle, out var file))
            return Error($"handle '{handle}' has not been found");
        switch (name)
        {
            case "guest-file-read":
                var wanted = arguments.GetProperty("count").GetInt32();
                var piece = Files[file.Path].AsSpan(file.At, Math.Min(wanted, Files[file.Path].Length - file.At)).ToArray();
                _open[handle] = file with { At = file.At + piece.Length };
                return ScriptedChannel.Returned($$"""{"count":{{piece.Length}},"buf-b64":"{{Convert.ToBase64String(piece)}}","eof":{{(piece.Length < wanted ? "true" : "false")}}}""");
            case "guest-file-write":
                var bytes = arguments.GetProperty("buf-b64").GetBytesFromBase64();
                Files[file.Path] = [.. Files[file.Path], .. bytes];
                return ScriptedChannel.Returned($$"""{"count":{{bytes.Length}},"eof":false}""");
            case "guest-file-seek" when CanSeek:
                var position = arguments.GetProperty("offset").GetInt32() + (arguments.GetProperty("whence").GetInt32() == 2 ? Files[file.Path].Length : 0);
                _open[handle] = file with { At = position };
                return ScriptedChannel.Returned($$"""{"position":{{position}},"eof":false}""");
            case "guest-file-seek":
                return Error("failed to seek file: Invalid argument");
            case "guest-file-close":
                _open.Remove(handle);
                return ScriptedChannel.Returned("{}");
            default:
                return ScriptedChannel.Returned("{}");
        }
    }

    private CommandResult Exec(JsonElement arguments)
    {
        if (arguments.GetProperty("path").GetString() != "sha256sum" || !HasSha256Sum)
            return Error("Guest agent command failed, error was 'Failed to execute child process'");
        var path = arguments.GetProperty("arg")[1].GetString()!;
        var line = Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(Files[path]))}  {path}\n");
        _programs[++_lastPid] = $$"""{"exited":true,"exitcode":0,"out-data":"{{Convert.ToBase64String(line)}}"}""";
        return ScriptedChannel.Returned($$"""{"pid":{{_lastPid}}}""");
    }
}
