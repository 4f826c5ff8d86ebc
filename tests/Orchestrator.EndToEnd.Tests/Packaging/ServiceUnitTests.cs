using Orchestrator.Host.Tests.Docs;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Packaging;

/// <summary>The systemd unit, as systemd itself judges it.</summary>
public sealed class ServiceUnitTests : IDisposable
{
    /// <summary>In tenths: from 0, all is closed, to 100.</summary>
    private const int HighestExposure = 16;

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-unit-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Unit_is_taken_without_a_word()
    {
        var unit = Path.Combine(_directory, "orchestrator.service");
        var text = await File.ReadAllTextAsync(ServiceUnit.FilePath);
        var start = new ServiceUnit()["ExecStart"];
        // The program is installed nowhere here.
        await File.WriteAllTextAsync(unit, text.Replace(start, start.Replace("/usr/lib/orchestrator/orchestrator", Path.Combine(AppContext.BaseDirectory, "orchestrator"))));

        Assert.Equal("", await ServiceUnit.AnalyzeAsync("verify", unit));
    }

    [Fact]
    public async Task Unit_exposes_no_more_than_it_must()
    {
        await ServiceUnit.AnalyzeAsync("security", "--offline=true", $"--threshold={HighestExposure}", ServiceUnit.FilePath);

        // The measure measures: without its sandbox the unit is beyond it.
        var open = Path.Combine(_directory, "orchestrator.service");
        await File.WriteAllLinesAsync(open, (await File.ReadAllLinesAsync(ServiceUnit.FilePath)).Where(line => !line.StartsWith("SystemCallFilter") && !line.StartsWith("CapabilityBoundingSet")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceUnit.AnalyzeAsync("security", "--offline=true", $"--threshold={HighestExposure}", open));
    }

    [Fact]
    public async Task User_of_the_unit_is_made()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "etc"));

        await ChildProcess.RunAsync(RequiredTool.Find("systemd-sysusers", "systemd"), [$"--root={_directory}", Repository.PathOf("config/systemd/orchestrator.sysusers")], TimeSpan.FromMinutes(1));

        var unit = new ServiceUnit();
        var user = (await File.ReadAllLinesAsync(Path.Combine(_directory, "etc/passwd"))).Single(line => line.StartsWith($"{unit["User"]}:")).Split(':');
        Assert.Equal(("/var/lib/orchestrator", "/usr/sbin/nologin"), (user[5], user[6]));
        Assert.Contains(await File.ReadAllLinesAsync(Path.Combine(_directory, "etc/group")), line => line.StartsWith($"{unit["Group"]}:"));
    }
}
