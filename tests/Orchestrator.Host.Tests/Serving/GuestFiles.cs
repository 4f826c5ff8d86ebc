using System.Collections.Concurrent;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>Files of a <see cref="FakeVm"/>'s guest, in memory.</summary>
internal sealed class GuestFiles
{
    private readonly Dictionary<long, (string Path, int At)> _open = [];
    private long _lastHandle = 999;
    private int _reads;

    public GuestFiles(FakeVm vm)
    {
        vm.AgentAnswers["guest-file-open"] = Open;
        vm.AgentAnswers["guest-file-read"] = Read;
        vm.AgentAnswers["guest-file-write"] = Write;
        vm.AgentAnswers["guest-file-seek"] = Seek;
        vm.AgentAnswers["guest-file-flush"] = _ => Task.FromResult("{}");
        vm.AgentAnswers["guest-file-close"] = Close;
    }

    public ConcurrentDictionary<string, byte[]> Contents { get; } = new();

    /// <summary>Called with the number of reads so far.</summary>
    public Action<int> BeforeRead { get; set; } = _ => { };

    public int OpenHandles => _open.Count;

    private Task<string> Open(FakeCommand command)
    {
        var path = command.Arguments.GetProperty("path").GetString()!;
        if (command.Arguments.GetProperty("mode").GetString() == "wb")
            Contents[path] = [];
        if (!Contents.ContainsKey(path))
            throw new FakeAgentException($"failed to open file '{path}'");
        _open[++_lastHandle] = (path, 0);
        return Task.FromResult($"{_lastHandle}");
    }

    private Task<string> Read(FakeCommand command)
    {
        BeforeRead(++_reads);
        var (handle, wanted) = (Handle(command), command.Arguments.GetProperty("count").GetInt32());
        var (path, at) = _open[handle];
        var contents = Contents[path];
        var piece = contents.AsSpan(Math.Min(at, contents.Length), Math.Clamp(contents.Length - at, 0, wanted)).ToArray();
        _open[handle] = (path, at + piece.Length);
        return Task.FromResult($$"""{"count":{{piece.Length}},"buf-b64":"{{Convert.ToBase64String(piece)}}","eof":{{(piece.Length < wanted ? "true" : "false")}}}""");
    }

    private Task<string> Write(FakeCommand command)
    {
        var bytes = command.Arguments.GetProperty("buf-b64").GetBytesFromBase64();
        var path = _open[Handle(command)].Path;
        Contents[path] = [.. Contents[path], .. bytes];
        return Task.FromResult($$"""{"count":{{bytes.Length}},"eof":false}""");
    }

    private Task<string> Seek(FakeCommand command)
    {
        var path = _open[Handle(command)].Path;
        var position = command.Arguments.GetProperty("offset").GetInt32() + (command.Arguments.GetProperty("whence").GetInt32() == 2 ? Contents[path].Length : 0);
        _open[Handle(command)] = (path, position);
        return Task.FromResult($$"""{"position":{{position}},"eof":false}""");
    }

    private Task<string> Close(FakeCommand command)
    {
        _open.Remove(Handle(command));
        return Task.FromResult("{}");
    }

    private static long Handle(FakeCommand command) => command.Arguments.GetProperty("handle").GetInt64();
}

/// <summary>What a fake agent refuses, with its words.</summary>
internal sealed class FakeAgentException(string description) : Exception(description);
