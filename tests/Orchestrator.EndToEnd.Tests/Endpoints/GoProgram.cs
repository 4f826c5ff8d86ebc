using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Endpoints;

/// <summary>The program in <c>go-qemu/</c>, built by Debian's Go against Debian's go-qemu: a stock client that is not ours. Disposing removes it.</summary>
internal sealed class GoProgram : IDisposable
{
    private const string Sources = "/usr/share/gocode";
    private const string Library = Sources + "/src/github.com/digitalocean/go-qemu";
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(3);

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-go-").FullName;

    private GoProgram()
    {
    }

    public string Path => System.IO.Path.Combine(_directory, "client");

    /// <exception cref="FileNotFoundException">Go or the library is not installed; the message has the command that installs it.</exception>
    public static async Task<GoProgram> BuildAsync()
    {
        var go = RequiredTool.Find("go", "golang-go");
        if (!Directory.Exists(Library))
            throw new FileNotFoundException($"{Library} is not there, and this test needs it. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends golang-github-digitalocean-go-qemu-dev");
        var program = new GoProgram();
        try
        {
            var source = System.IO.Path.Combine(AppContext.BaseDirectory, "Endpoints", "go-qemu", "main.go");
            await ChildProcess.RunAsync(
                RequiredTool.Find("env", "coreutils"),
                ["GO111MODULE=off", "GOFLAGS=", $"GOPATH={Sources}", $"GOCACHE={program._directory}/cache", go, "build", "-o", program.Path, source],
                BuildLimit);
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
