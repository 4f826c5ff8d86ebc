using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Processes;

public class ExecutableTests
{
    [Fact]
    public void An_installed_program_is_found() => Assert.True(File.Exists(Executable.Find("sh", "dash")));

    [Fact]
    public void A_missing_program_names_its_package()
    {
        var error = Assert.Throws<BenchException>(() => Executable.Find("no-such-program", "such-package"));

        Assert.Contains("no-such-program is not installed", error.Message);
        Assert.Contains("apt-get install such-package", error.Message);
    }
}
