using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Host.Emulation.Agent.Programs;

/// <summary>The programs that an emulated guest has: nothing runs, each is a function of its arguments and the guest's persona and files.</summary>
internal static class ScriptedPrograms
{
    private const int MostNumbers = 100_000;
    private static readonly string[] Directories = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"];

    /// <summary>Names of all, for help.</summary>
    public static readonly string[] Names = ["cat", "echo", "env", "false", "hostname", "id", "seq", "sh", "sha256sum", "sleep", "true", "uname", "whoami"];

    /// <summary>Runs a program.</summary>
    /// <returns>Its end; <see langword="null"/> if the guest does not have it.</returns>
    public static ProgramEnd? Run(ProgramCall call, EmulatedAgent guest)
    {
        var (arguments, persona) = (call.Arguments, guest.Persona);
        return NameOf(call.Path) switch
        {
            "true" => ProgramEnd.Code(0),
            "false" => ProgramEnd.Code(1),
            "echo" => ProgramEnd.Of(string.Join(' ', arguments) + "\n"),
            "env" => ProgramEnd.Of(string.Concat((call.Environment.Count > 0 ? call.Environment : ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]).Select(variable => variable + "\n"))),
            "hostname" => ProgramEnd.Of(persona.Name + "\n"),
            "whoami" => ProgramEnd.Of("root\n"),
            "id" => ProgramEnd.Of(arguments is ["-u" or "-g"] ? "0\n" : "uid=0(root) gid=0(root) groups=0(root)\n"),
            "uname" => UnameOf(arguments, persona),
            "seq" => SequenceOf(arguments),
            "sleep" => SleepOf(arguments),
            "cat" => CatOf(call, guest.Files),
            "sha256sum" => SumsOf(call, guest.Files),
            "sh" => ScriptedShell.Run(call, guest),
            _ => null,
        };
    }

    private static string NameOf(string path)
    {
        var directory = path[..(path.LastIndexOf('/') + 1)];
        return directory.Length == 0 || Directories.Contains(directory) ? path[directory.Length..] : "";
    }

    private static ProgramEnd UnameOf(IReadOnlyList<string> arguments, Persona persona) => arguments switch
    {
        [] or ["-s"] => ProgramEnd.Of("Linux\n"),
        ["-r"] => ProgramEnd.Of(persona.System.Kernel + "\n"),
        ["-m"] => ProgramEnd.Of("x86_64\n"),
        ["-n"] => ProgramEnd.Of(persona.Name + "\n"),
        ["-a"] => ProgramEnd.Of($"Linux {persona.Name} {persona.System.Kernel} #1 SMP emulated x86_64 GNU/Linux\n"),
        _ => ProgramEnd.Failure(1, $"uname: not emulated: '{arguments[0]}'"),
    };

    private static ProgramEnd SequenceOf(IReadOnlyList<string> arguments) =>
        arguments is [var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last <= MostNumbers
            ? ProgramEnd.Of(string.Concat(Enumerable.Range(1, last).Select(number => $"{number}\n")))
            : ProgramEnd.Failure(1, $"seq: emulated with one number up to {MostNumbers}");

    private static ProgramEnd SleepOf(IReadOnlyList<string> arguments) =>
        arguments is [var text] && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86400
            ? ProgramEnd.Code(0) with { Duration = TimeSpan.FromSeconds(seconds) }
            : ProgramEnd.Failure(1, "sleep: emulated with one number of seconds up to a day");

    private static ProgramEnd CatOf(ProgramCall call, GuestFiles files)
    {
        var end = ProgramEnd.Code(0) with { Output = call.Arguments.Count == 0 ? call.Input : [] };
        foreach (var path in call.Arguments)
            end = files.TryRead(path, out var content) ? end with { Output = [.. end.Output, .. content] } : end with { ExitCode = 1, Error = [.. end.Error, .. Missing("cat", path)] };
        return end;
    }

    private static ProgramEnd SumsOf(ProgramCall call, GuestFiles files)
    {
        var end = ProgramEnd.Code(0);
        foreach (var path in call.Arguments.Where(argument => argument != "--"))
            end = files.TryRead(path, out var content)
                ? end with { Output = [.. end.Output, .. Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(content))}  {path}\n")] }
                : end with { ExitCode = 1, Error = [.. end.Error, .. Missing("sha256sum", path)] };
        return end;
    }

    private static byte[] Missing(string program, string path) => Encoding.UTF8.GetBytes($"{program}: {path}: No such file or directory\n");
}
