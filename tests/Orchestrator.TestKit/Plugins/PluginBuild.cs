using System.Diagnostics;

namespace Orchestrator.TestKit.Plugins;

/// <summary>Builds plug-ins of controllers as users do: outside the repository, against the program beside the tests.</summary>
public static class PluginBuild
{
    /// <summary>Copies <c>docs/controller-template</c> into a folder.</summary>
    public static void CopyTemplate(string folder)
    {
        foreach (var file in System.IO.Directory.GetFiles(Path.Combine(Root(), "docs", "controller-template")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    /// <summary>Builds the project in a folder.</summary>
    /// <returns>Path of its assembly.</returns>
    /// <exception cref="InvalidOperationException">It does not build; the message has the compiler's words.</exception>
    public static async Task<string> BuildAsync(string folder, string name)
    {
        var output = Path.Combine(folder, "plugins");
        var start = new ProcessStartInfo("dotnet", ["build", "-v", "q", "-o", output, $"-p:OrchestratorDir={AppContext.BaseDirectory}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // No build server may survive the test.
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["UseSharedCompilation"] = "false" },
        };
        using var process = Process.Start(start)!;
        var told = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? Path.Combine(output, name + ".dll")
            : throw new InvalidOperationException($"the plug-in {name} does not build: {await told}{await errors}");
    }

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Orchestrator.sln")))
                return directory.FullName;
        }
        throw new DirectoryNotFoundException($"no Orchestrator.sln above {AppContext.BaseDirectory}: run the tests inside the repository");
    }
}
