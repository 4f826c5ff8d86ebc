using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Tests.Fleet.Peers;

public class FleetDirectoryTests
{
    [Fact]
    public void Sockets_of_a_vm_are_in_its_own_subdirectory_of_the_vm_directory()
    {
        using var directory = FleetDirectory.Create();

        Assert.Equal(Path.Combine(directory.VmDirectory, "vm0001", "qga.sock"), directory.QgaSocket("vm0001"));
        Assert.Equal(Path.Combine(directory.VmDirectory, "vm0001", "qmp.sock"), directory.QmpSocket("vm0001"));
    }

    [Fact]
    public void Other_files_stay_outside_the_vm_directory()
    {
        using var directory = FleetDirectory.Create();

        Assert.False(directory.StateOf("vm0001").StartsWith(directory.VmDirectory + "/", StringComparison.Ordinal));
        Assert.False(directory.File("data").StartsWith(directory.VmDirectory + "/", StringComparison.Ordinal));
    }

    [Fact]
    public void Disposing_removes_everything()
    {
        var directory = FleetDirectory.Create();
        File.WriteAllText(directory.File("x"), "");

        directory.Dispose();

        Assert.False(Directory.Exists(directory.Root));
    }

    [Fact]
    public void Names_sort_in_their_order() =>
        Assert.Equal(["vm0001", "vm0002", "vm0003"], FleetNames.First(3).Order(StringComparer.Ordinal));
}
