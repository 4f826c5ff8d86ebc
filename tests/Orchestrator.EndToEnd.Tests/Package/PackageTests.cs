using System.Runtime.CompilerServices;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Package;

/// <summary>The package as its users have it: packed, restored from a folder without a network, with a schema of their own, and run.</summary>
public sealed class PackageTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <UseAppHost>false</UseAppHost>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Orchestrator.Protocol" Version="0.1.0" />
            <QapiSchema Include="acme.json;types/*.json" Namespace="Acme.Agent" />
          </ItemGroup>
        </Project>
        """;

    private const string OnlyTheFolder = """
        <configuration>
          <packageSources>
            <clear />
            <add key="folder" value="packages" />
          </packageSources>
        </configuration>
        """;

    [Fact]
    public async Task Users_build_and_run_against_the_package_with_a_schema_of_their_own()
    {
        await using var directory = new RealVmDirectory();
        await using var machine = await RealVm.StartAsync(new() { Name = "readme" });
        await using var agent = await RealAgent.StartAsync(Path.Combine(directory.Path, "qga.sock"));
        var folder = Directory.CreateDirectory(Path.Combine(directory.Path, "consumer")).FullName;
        await WriteAsync(folder, "consumer.csproj", Project);
        await WriteAsync(folder, "nuget.config", OnlyTheFolder);
        await WriteAsync(folder, "acme.json", "{ 'include': 'types/host.json' }\n{ 'command': 'guest-get-host-name', 'returns': 'AcmeHost', 'features': [ 'read-only' ] }\n");
        await WriteAsync(folder, "types/host.json", "##\n# @AcmeHost:\n#\n# A host.\n#\n# @host-name: its name\n##\n{ 'struct': 'AcmeHost', 'data': { 'host-name': 'str' } }\n");
        await WriteAsync(folder, "Program.cs", Example(machine.QmpSocketPath, agent.SocketPath));

        await DotnetAsync(folder, "pack", Path.Combine(Root(), "Orchestrator.Protocol"), "--no-build", "-c", Configuration, "-o", Path.Combine(folder, "packages"));
        await DotnetAsync(folder, "build", "-o", Path.Combine(folder, "out"));
        var said = await DotnetAsync(folder, Path.Combine(folder, "out", "consumer.dll"));

        Assert.Matches($"^running\n.+\n{Environment.MachineName}\n", said);
    }

    /// <summary>The README's own example, with a call of the user's schema in it.</summary>
    private static string Example(string monitor, string agent)
    {
        var code = File.ReadAllText(Path.Combine(Root(), "Orchestrator.Protocol/README.md")).Split("```csharp\n")[1].Split("```")[0];
        const string Events = "sealed class Events";
        Assert.Contains(Events, code);
        return code
            .Replace("/run/vms/web1/qmp.sock", monitor, StringComparison.Ordinal)
            .Replace("/run/vms/web1/qga.sock", agent, StringComparison.Ordinal)
            .Replace(Events, "Acme.Agent.AcmeHost host = await Acme.Agent.AcmeCommands.GuestGetHostNameAsync(vm);\nConsole.WriteLine(host.HostName);\n\n" + Events, StringComparison.Ordinal);
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                // A package of an earlier run must not be taken for this one's, and no build server may survive the test.
                ["NUGET_PACKAGES"] = Path.Combine(folder, ".packages"),
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
                ["UseSharedCompilation"] = "false",
            },
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {await output}{await errors}");
        return await output;
    }

    private static async Task WriteAsync(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
    }

    private static string Root([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../.."));
}
