using System.Text.Json;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Packaging;

/// <summary><c>config/container/Containerfile</c>: its instructions, one a line.</summary>
internal static class Containerfile
{
    /// <summary>Instructions in their order, without comments.</summary>
    public static IReadOnlyList<(string Instruction, string Text)> Instructions { get; } =
    [
        .. File.ReadLines(Repository.PathOf("config/container/Containerfile")).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2)).Select(words => (words[0], words[1])),
    ];

    /// <summary>Sources and destinations of what is copied.</summary>
    public static IEnumerable<(string Source, string Destination)> Copies => All("COPY").Select(rest => rest.Split(' ').Where(word => !word.StartsWith("--")).ToArray()).Select(words => (words[0], words[1]));

    /// <summary>The command of an instruction, which is a JSON array: there is no shell.</summary>
    public static string[] Command(string instruction) => JsonSerializer.Deserialize<string[]>(All(instruction).Single()[All(instruction).Single().IndexOf('[')..])!;

    /// <summary>What stands behind an instruction, each time.</summary>
    public static IEnumerable<string> All(string instruction) => Instructions.Where(line => line.Instruction == instruction).Select(line => line.Text);
}
