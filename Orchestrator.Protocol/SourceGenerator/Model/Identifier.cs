using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>Names of the schema as names of C#: <c>guest-get-osinfo</c> is <c>GuestGetOsInfo</c>, <c>3des</c> is <c>_3des</c>.</summary>
internal static class Identifier
{
    /// <summary>Words that the schemas write without a sign between their parts.</summary>
    private static readonly Dictionary<string, string> CompoundWords = new(StringComparer.Ordinal)
    {
        ["osinfo"] = "OsInfo",
        ["fsinfo"] = "FsInfo",
        ["fsfreeze"] = "FsFreeze",
        ["fstrim"] = "FsTrim",
        ["cpustats"] = "CpuStats",
        ["diskstats"] = "DiskStats",
        ["blockstats"] = "BlockStats",
        ["exitcode"] = "ExitCode",
        ["mountpoint"] = "MountPoint",
        ["mountpoints"] = "MountPoints",
        ["filename"] = "FileName",
    };

    /// <summary>Of types, properties, methods and values.</summary>
    public static string Pascal(string wireName)
    {
        var name = new StringBuilder();
        foreach (var part in wireName.Split(['-', '_', '.', ' ', '+'], StringSplitOptions.RemoveEmptyEntries))
            name.Append(CompoundWords.TryGetValue(part, out var word) ? word : char.ToUpperInvariant(part[0]) + part.Substring(1));
        return name.Length == 0 || char.IsDigit(name[0]) ? $"_{name}" : name.ToString();
    }

    /// <summary>Of events, which the schemas write in capitals: <c>GUEST_STARTUP</c> is <c>GuestStartup</c>.</summary>
    public static string PascalOfCapitals(string wireName) => Pascal(wireName.ToLowerInvariant());

    /// <summary>Of parameters and variables.</summary>
    public static string Camel(string pascal)
    {
        var capitals = pascal.TakeWhile(char.IsUpper).Count();
        // 'OSType' is 'osType', 'OS' is 'os'.
        var lower = capitals <= 1 || capitals == pascal.Length ? Math.Max(capitals, 1) : capitals - 1;
        return pascal.Substring(0, lower).ToLowerInvariant() + pascal.Substring(lower);
    }

    /// <summary>With the sign that makes a keyword a name.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    /// <summary>A C# string literal.</summary>
    public static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
