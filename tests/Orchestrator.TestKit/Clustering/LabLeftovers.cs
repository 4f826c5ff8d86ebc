using System.Globalization;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Clustering;

/// <summary>Removes what labs are made of: processes in namespaces, the namespaces, mounts, directories.</summary>
internal static class LabLeftovers
{
    private const string Namespaces = "/run/netns";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Removes every lab whose owner is gone: a test run that was killed cannot do it.</summary>
    public static async Task RemoveOrphansAsync()
    {
        var found = Names(Namespaces).Concat(Names(Path.GetTempPath())).Select(path => LabName.TryParse(Path.GetFileName(path), out var name) ? name : null);
        foreach (var lab in found.OfType<LabName>().Distinct().Where(lab => !lab.HasOwner))
            await RemoveAsync(lab);
    }

    /// <summary>Removes a lab, whatever there is of it: everything that runs in its namespaces is killed first.</summary>
    public static async Task RemoveAsync(LabName lab)
    {
        var directory = DirectoryOf(lab);
        foreach (var network in Names(Namespaces).Where(path => IsOf(lab, path)))
            await RemoveNamespaceAsync(Path.GetFileName(network));
        foreach (var mount in MountsBelow(directory))
            await TryAsync("umount", "mount", () => MountsBelow(directory).Contains(mount), "--lazy", mount);
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There was none, or another test run was faster.
        }
    }

    /// <summary>A lab's own directory; short, for the sockets in it.</summary>
    public static string DirectoryOf(LabName lab) => Path.Combine(Path.GetTempPath(), lab.ToString());

    /// <summary>Ids of the processes in a namespace; none of one that is gone.</summary>
    public static async Task<int[]> ProcessesInAsync(string network)
    {
        var ids = "";
        try
        {
            ids = await ChildProcess.RunAsync(Ip, ["netns", "pids", network], Limit);
        }
        catch (InvalidOperationException) when (!File.Exists(Path.Combine(Namespaces, network)))
        {
            // Another test run has removed it.
        }
        return [.. ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    private static string Ip => RequiredTool.Find("ip", "iproute2");

    private static bool IsOf(LabName lab, string path) => LabName.TryParse(Path.GetFileName(path), out var name) && name == lab;

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory, LabName.Prefix + "*") : [];

    private static async Task RemoveNamespaceAsync(string network)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                if (!File.Exists(Path.Combine(Namespaces, network)))
                    return true;
                var left = await ProcessesInAsync(network);
                foreach (var process in left)
                    ChildProcess.KillLeftover(process);
                return left.Length == 0;
            },
            Limit,
            $"nothing runs in {network}");
        await TryAsync("ip", "iproute2", () => File.Exists(Path.Combine(Namespaces, network)), "netns", "delete", network);
    }

    /// <summary>Two test runs may remove the same at the same time: only what is still there has failed.</summary>
    private static async Task TryAsync(string program, string package, Func<bool> isThere, params string[] arguments)
    {
        try
        {
            await ChildProcess.RunAsync(RequiredTool.Find(program, package), arguments, Limit);
        }
        catch (InvalidOperationException) when (!isThere())
        {
            // The other was faster.
        }
    }

    /// <summary>Mount points below a directory, the innermost first. proc(5): device, mount point, ….</summary>
    private static string[] MountsBelow(string directory) =>
        [.. File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1]).Where(point => point.StartsWith(directory + "/", StringComparison.Ordinal)).OrderByDescending(point => point.Length)];
}
