using Orchestrator.Actors.Controllers;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Controllers;

public sealed class ControllerConfigTests
{
    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "/etc/orchestrator/o.yaml");

    [Fact]
    public void Entries_are_read_and_assemblies_are_beside_the_file()
    {
        var controllers = Parse(
            """
            controllers:
            - name: a
            - name: b
              mode: shadow
              target: 'l:tier=front'
              assembly: plugins/B.dll
              type: My.B
              options: {limit: 100ms}
            """).Controllers;

        Assert.Equal(("a", ControllerMode.Live, null), (controllers[0].Name, controllers[0].ModeOf("o"), controllers[0].Assembly));
        Assert.Same(ControllerOptions.None.Vms, controllers[0].OptionsOf("o").Vms);
        Assert.Equal(("/etc/orchestrator/plugins/B.dll", "My.B", ControllerMode.Shadow), (controllers[1].Assembly, controllers[1].Type, controllers[1].ModeOf("o")));
        Assert.Equal(("l:tier=front", "100ms"), (controllers[1].OptionsOf("o").Vms!.Text, controllers[1].OptionsOf("o").Values["limit"]));
    }

    [Theory]
    [InlineData("- mode: live", "needs a 'name'")]
    [InlineData("- {name: a, mode: loud}", "'mode' of the controller 'a' is 'loud'")]
    [InlineData("- {name: a, target: '(('}", "'target' of the controller 'a' is no selector")]
    [InlineData("- {name: a, assembly: ''}", "'assembly' of the controller 'a' is empty")]
    [InlineData("- name: a\n- name: a", "the controller 'a' is named twice")]
    [InlineData("- {name: a, speed: 3}", "speed")]
    public void What_is_wrong_is_told(string entries, string expected) =>
        Assert.Contains(expected, Assert.Throws<ServeException>(() => Parse($"controllers:\n{entries}\n")).Message);
}
