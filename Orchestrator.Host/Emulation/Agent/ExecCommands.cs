using System.Text.Json;
using Orchestrator.Host.Emulation.Agent.Programs;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary><c>guest-exec</c> and <c>guest-exec-status</c>, in the real agent's words.</summary>
internal static class ExecCommands
{
    /// <summary>Starts a program.</summary>
    public static Answer Start(EmulatedAgent guest, JsonElement arguments)
    {
        var path = arguments.GetProperty("path"u8).GetString()!;
        var call = new ProgramCall
        {
            Path = path,
            Arguments = Texts(arguments, "arg"),
            Environment = Texts(arguments, "env"),
            Input = arguments.TryGetProperty("input-data"u8, out var input) ? input.GetBytesFromBase64() : [],
        };
        if (ScriptedPrograms.Run(call, guest) is not { } end)
            return Answer.Failure($"Guest agent command failed, error was 'Failed to execute child process \u201C{path}\u201D (No such file or directory)'");
        return guest.Processes.TryAdd(Captured(end, Mode(arguments))) is { } pid
            ? Answer.Of($$"""{"pid": {{pid}}}""")
            : Answer.Failure($"Guest agent command failed, error was 'Failed to fork (an emulated guest keeps {GuestProcesses.Most} programs that nobody asks for)'");
    }

    /// <summary>Tells how a program ended, once.</summary>
    public static Answer Status(EmulatedAgent guest, JsonElement arguments)
    {
        if (guest.Processes.Status(arguments.GetProperty("pid"u8).GetInt64()) is not { } status)
            return Answer.Failure("Invalid parameter 'pid'");
        if (status.End is not { } end)
            return Answer.Of("""{"exited": false}""");
        var output = Data("out", end.Output) + Data("err", end.Error);
        return Answer.Of($$"""{"exitcode": {{end.ExitCode}}, {{output}}"exited": true}""");
    }

    private static string Data(string stream, byte[] bytes) => bytes.Length == 0 ? "" : $"\"{stream}-data\": \"{Convert.ToBase64String(bytes)}\", \"{stream}-truncated\": false, ";

    private static string Mode(JsonElement arguments)
    {
        if (!arguments.TryGetProperty("capture-output"u8, out var mode))
            return "none";
        return mode.ValueKind == JsonValueKind.String ? mode.GetString()! : mode.GetBoolean() ? "separated" : "none";
    }

    private static ProgramEnd Captured(ProgramEnd end, string mode) => mode switch
    {
        "separated" => end,
        "stdout" => end with { Error = [] },
        "stderr" => end with { Output = [] },
        "merged" => end with { Output = [.. end.Output, .. end.Error], Error = [] },
        _ => end with { Output = [], Error = [] },
    };

    private static string[] Texts(JsonElement arguments, string member) =>
        arguments.TryGetProperty(member, out var texts) ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : [];
}
