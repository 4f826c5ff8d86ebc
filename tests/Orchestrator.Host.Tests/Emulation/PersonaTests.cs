using Orchestrator.Host.Emulation;

namespace Orchestrator.Host.Tests.Emulation;

public sealed class PersonaTests
{
    private static readonly Chaos Tenth = Chaos.Parse("silent=10%");

    [Fact]
    public void Seed_and_name_decide_everything()
    {
        Assert.Equal(Persona.Of("vm0001", 7, Tenth), Persona.Of("vm0001", 7, Tenth));
        Assert.NotEqual(Persona.Of("vm0001", 7, Tenth).Id, Persona.Of("vm0001", 8, Tenth).Id);
        Assert.NotEqual(Persona.Of("vm0001", 7, Tenth).Id, Persona.Of("vm0002", 7, Tenth).Id);
    }

    /// <summary>It must not change from one version of the program to the next: users' labels and jobs name these.</summary>
    [Fact]
    public void Uuid_of_a_name_is_stable() => Assert.Equal(Guid.Parse("d9f9368b-2a55-82f9-8c6f-2772eb619c35"), Persona.Of("vm0001", 0, Chaos.None).Id);

    [Fact]
    public void Fleet_has_its_shares_and_each_uuid_once()
    {
        var fleet = Enumerable.Range(0, 10_000).Select(number => Persona.Of($"vm{number:D5}", 1, Tenth)).ToList();

        Assert.Equal(fleet.Count, fleet.Select(vm => vm.Id).Distinct().Count());
        Assert.All(fleet, vm => Assert.Equal(8, vm.Id.Version));
        Assert.InRange(fleet.Count(vm => vm.Trait == Trait.Silent), 900, 1100);
        Assert.InRange(fleet.Count(vm => vm.System.Id == "debian"), 5800, 6200);
        Assert.Equal(["almalinux", "debian", "ubuntu"], fleet.Select(vm => vm.System.Id).Distinct().Order());
    }

    [Theory]
    [InlineData(1, "web0001")]
    [InlineData(9_999, "web9999")]
    [InlineData(10_000, "web10000")]
    public void Names_sort_as_they_count(int vms, string last)
    {
        var names = new EmulationOptions { Vms = vms, Directory = "/d", Prefix = "web" }.Names().ToList();

        Assert.Equal(vms, names.Count);
        Assert.Equal(last, names[^1]);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }
}
