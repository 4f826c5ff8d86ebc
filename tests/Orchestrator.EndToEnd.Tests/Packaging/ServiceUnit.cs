using Orchestrator.Host.Tests.Docs;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Packaging;

/// <summary><c>config/systemd/orchestrator.service</c>, as systemd reads it.</summary>
internal sealed class ServiceUnit
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, int> FamilyNumbers = new() { ["AF_UNIX"] = 1, ["AF_INET"] = 2, ["AF_INET6"] = 10, ["AF_NETLINK"] = 16 };

    private readonly ILookup<string, string> _settings = File.ReadLines(FilePath).Where(line => line.Length > 0 && line[0] is not ('#' or '[') && line.Contains('='))
        .ToLookup(line => line[..line.IndexOf('=')], line => line[(line.IndexOf('=') + 1)..]);

    public static string FilePath => Repository.PathOf("config/systemd/orchestrator.service");

    /// <summary>The one value of a setting.</summary>
    public string this[string setting] => _settings[setting].Single();

    /// <summary>Numbers of the address families that sockets may have.</summary>
    public IEnumerable<int> Families => this["RestrictAddressFamilies"].Split(' ').Select(family => FamilyNumbers[family]);

    /// <summary>Names of the system calls that are allowed: each filter adds its own, or with <c>~</c> takes them away.</summary>
    public async Task<IReadOnlyCollection<string>> SystemCallsAsync()
    {
        var allowed = new HashSet<string>();
        foreach (var filter in _settings["SystemCallFilter"])
        {
            foreach (var name in filter.TrimStart('~').Split(' '))
            {
                if (filter.StartsWith('~'))
                    allowed.ExceptWith(await ExpandAsync(name));
                else
                    allowed.UnionWith(await ExpandAsync(name));
            }
        }
        return allowed;
    }

    /// <summary>Runs <c>systemd-analyze</c> to its end, which must be a good one.</summary>
    public static Task<string> AnalyzeAsync(params string[] arguments) => ChildProcess.RunAsync(RequiredTool.Find("systemd-analyze", "systemd"), arguments, Limit);

    private static async Task<IEnumerable<string>> ExpandAsync(string name)
    {
        if (!name.StartsWith('@'))
            return [name];
        var all = new List<string>();
        foreach (var line in (await AnalyzeAsync("syscall-filter", name)).Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
            all.AddRange(await ExpandAsync(line));
        return all;
    }
}
