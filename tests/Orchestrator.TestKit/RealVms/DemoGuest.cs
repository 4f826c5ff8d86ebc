using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.RealVms;

/// <summary>The bootable guest of config/demo-guest, built once per repository into .cache/demo-guest.</summary>
public sealed class DemoGuest
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);
    private static readonly Lazy<Task<DemoGuest>> Built = new(BuildAsync);

    private DemoGuest(string scripts, string directory)
    {
        ScriptsDirectory = scripts;
        Directory = directory;
    }

    /// <summary>The folder with boot-vm.sh and build-guest.sh.</summary>
    public string ScriptsDirectory { get; }

    /// <summary>The folder with vmlinuz and initrd.img.</summary>
    public string Directory { get; }

    /// <summary>The guest, built by the first caller; processes that ask at the same time wait for one build.</summary>
    /// <exception cref="InvalidOperationException">The build failed; the message has the script's words, including the command that installs what is missing.</exception>
    public static Task<DemoGuest> GetAsync() => Built.Value;

    private static async Task<DemoGuest> BuildAsync()
    {
        var repository = RepositoryRoot();
        var scripts = Path.Combine(repository, "config", "demo-guest");
        var directory = Path.Combine(repository, ".cache", "demo-guest");
        await ChildProcess.RunAsync(Path.Combine(scripts, "build-guest.sh"), [directory], BuildLimit);
        return new DemoGuest(scripts, directory);
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} has Orchestrator.sln. Run the tests from a build inside the repository.");
    }
}
