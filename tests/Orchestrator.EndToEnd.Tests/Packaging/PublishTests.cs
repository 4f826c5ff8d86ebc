using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Orchestrator.Host.Tests.Docs;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Packaging;

/// <summary>What the unit starts and the image copies: the program as it is published, anywhere else than where it was built.</summary>
[SupportedOSPlatform("linux")]
public sealed class PublishTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-publish-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Published_program_has_the_name_that_unit_and_image_start_and_runs()
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        // With the names of this test's own build.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await ChildProcess.RunAsync(dotnet, ["publish", Repository.PathOf("Orchestrator.Host"), "--no-build", "-c", configuration, "-o", _directory, "-nodeReuse:false"], Limit);

        var program = new ServiceUnit()["ExecStart"].Split(' ')[0];
        Assert.Contains($"ENTRYPOINT [\"{program}\"]", Repository.Read("config/container/Containerfile"));
        var published = Path.Combine(_directory, Path.GetFileName(program));
        var output = await ChildProcess.RunAsync("/usr/bin/env", [$"DOTNET_ROOT={Path.GetDirectoryName(dotnet)}", published, "version", "--server", $"unix:{_directory}/none.sock"], Limit);

        Assert.Contains("client 0.1.0", output);
        Assert.True(File.GetUnixFileMode(published).HasFlag(UnixFileMode.OtherExecute), "others than the user who published it may run it");
    }
}
