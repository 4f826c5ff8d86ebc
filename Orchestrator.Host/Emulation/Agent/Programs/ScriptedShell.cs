using System.Globalization;
using System.Text;

namespace Orchestrator.Host.Emulation.Agent.Programs;

/// <summary>
/// <c>sh -c</c> as far as it is emulated: the guest's programs with words in quotes or without, one after the other, joined by <c>;</c>, <c>&amp;&amp;</c>,
/// <c>||</c> or line ends, and <c>exit N</c>. Of what it does not know, nothing runs, and it says so.
/// </summary>
internal static class ScriptedShell
{
    private const int NotFound = 127;
    private const int SyntaxError = 2;
    private const int MostCommands = 100;
    private const string NotEmulated = "|&<>()`$*?[]{}~!#\\";

    /// <summary>Runs <c>sh -c SCRIPT</c>.</summary>
    public static ProgramEnd Run(ProgramCall call, EmulatedAgent guest)
    {
        if (call.Arguments is not ["-c", var script, ..])
            return ProgramEnd.Failure(SyntaxError, "sh: only sh -c SCRIPT is emulated");
        if (Parse(script, out var fault) is not { } commands)
            return ProgramEnd.Failure(SyntaxError, $"sh: not emulated: {fault}");
        var all = ProgramEnd.Code(0);
        foreach (var (join, words) in commands)
        {
            if ((join == "&&" && all.ExitCode != 0) || (join == "||" && all.ExitCode == 0) || words.Count == 0)
                continue;
            if (words[0] == "exit")
                return all with { ExitCode = words.Count > 1 && byte.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : all.ExitCode };
            var one = ScriptedPrograms.Run(call with { Path = words[0], Arguments = words[1..] }, guest) ?? ProgramEnd.Failure(NotFound, $"sh: 1: {words[0]}: not found");
            all = new ProgramEnd(one.ExitCode, [.. all.Output, .. one.Output], [.. all.Error, .. one.Error], all.Duration + one.Duration);
        }
        return all;
    }

    /// <summary>Takes a script apart: each command with what joins it to the one before.</summary>
    private static List<(string Join, List<string> Words)>? Parse(string script, out string fault)
    {
        fault = "";
        List<(string Join, List<string> Words)> commands = [(";", [])];
        for (var i = 0; i < script.Length;)
        {
            var next = script[i];
            if (next is ' ' or '\t')
            {
                i++;
            }
            else if (next is ';' or '\n' || JoinsAt(script, i))
            {
                commands.Add((next is '&' or '|' ? script.Substring(i, 2) : ";", []));
                i += next is '&' or '|' ? 2 : 1;
            }
            else if (TryReadWord(script, ref i, out var word))
            {
                commands[^1].Words.Add(word);
            }
            else
            {
                fault = i < script.Length ? $"'{script[i]}'" : "a quote without its end";
                return null;
            }
            if (commands.Count > MostCommands)
            {
                fault = $"more than {MostCommands} commands";
                return null;
            }
        }
        // A shell within itself would have no end to its depth.
        fault = "sh within sh";
        return commands.Exists(command => command.Words is [var first, ..] && first.Split('/')[^1] == "sh") ? null : commands;
    }

    private static bool JoinsAt(string script, int i) => script.AsSpan(i) is ['&', '&', ..] or ['|', '|', ..];

    private static bool TryReadWord(string script, ref int i, out string word)
    {
        var text = new StringBuilder();
        word = "";
        for (; i < script.Length && script[i] is not (' ' or '\t' or '\n' or ';') && !JoinsAt(script, i); i++)
        {
            if (script[i] is '\'' or '"')
            {
                var end = script.IndexOf(script[i], i + 1);
                if (end < 0)
                {
                    i = script.Length;
                    return false;
                }
                var quoted = script.AsSpan(i + 1, end - i - 1);
                if (script[i] == '"' && quoted.IndexOfAny("$`\\") >= 0)
                    return false;
                text.Append(quoted);
                i = end;
            }
            else if (NotEmulated.Contains(script[i], StringComparison.Ordinal))
            {
                return false;
            }
            else
            {
                text.Append(script[i]);
            }
        }
        word = text.ToString();
        return true;
    }
}
