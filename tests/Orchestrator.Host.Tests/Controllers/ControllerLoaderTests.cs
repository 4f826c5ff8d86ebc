using Orchestrator.Actors.Controllers;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Controllers;

[Collection(nameof(Plugin))]
public sealed class ControllerLoaderTests(Plugin plugin)
{
    [Fact]
    public void A_plugin_is_found_by_its_name_and_gets_its_options()
    {
        var registration = Assert.Single(ControllerLoader.Load([new ControllerConfig { Name = "boot-count", Mode = "shadow", Target = "web*", Assembly = plugin.Path, Options = { ["most"] = "3" } }], "o.yaml"));

        Assert.Equal(("boot-count", ControllerScope.Vm, ControllerMode.Shadow, "web*"), (registration.Name, registration.Scope, registration.Mode, registration.Events.Vms!.Text));
        var made = registration.Create();
        Assert.Equal("MyControllers.BootCountController", made.GetType().FullName);
        Assert.NotSame(made, registration.Create());
        Assert.NotSame(System.Runtime.Loader.AssemblyLoadContext.Default, System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(made.GetType().Assembly));
    }

    [Theory]
    [InlineData("plain", null, "Broken.Plain")]
    [InlineData("plain", "Broken.Plain", "Broken.Plain")]
    public void Others_in_the_same_assembly_that_cannot_be_made_do_not_matter(string name, string? type, string expected) =>
        Assert.Equal(expected, ControllerLoader.Load([new ControllerConfig { Name = name, Type = type, Assembly = plugin.BrokenPath }], "o.yaml")[0].Create().GetType().FullName);

    [Theory]
    [InlineData("throws", null, "the constructor of Broken.Throws failed")]
    [InlineData("no-constructor", "Broken.NoConstructor", "no public constructor with one ControllerOptions")]
    [InlineData("other", null, "has no controller of this name; it has: ")]
    [InlineData("other", "Broken.Plain", "it has: plain")]
    [InlineData("hidden", "Broken.Hidden", "has no public controller class Broken.Hidden")]
    [InlineData("SHOUTING", null, "lower-case letters")]
    public void What_cannot_be_loaded_names_file_entry_and_reason(string name, string? type, string reason)
    {
        var e = Assert.Throws<ServeException>(() => ControllerLoader.Load([new ControllerConfig { Name = name, Type = type, Assembly = plugin.BrokenPath }], "o.yaml"));

        Assert.StartsWith($"o.yaml: the controller '{name}'", e.Message);
        Assert.Contains(reason, e.Message);
    }

    [Fact]
    public void Files_that_are_no_plugins_are_told()
    {
        Assert.Contains("there is no file /nowhere/x.dll", Load("/nowhere/x.dll"));
        var text = Path.GetTempFileName();
        File.WriteAllText(text, "no assembly");
        Assert.Contains("may be no .NET assembly", Load(text));
        File.Delete(text);
        Assert.Contains("no public class that is a Controller", Load(typeof(FactAttribute).Assembly.Location));

        static string Load(string path) => Assert.Throws<ServeException>(() => ControllerLoader.Load([new ControllerConfig { Name = "x", Assembly = path }], "o.yaml")).Message;
    }

    [Fact]
    public void One_that_did_not_come_with_the_program_is_told() =>
        Assert.StartsWith("o.yaml: the controller 'no-such-one': this program has no", Assert.Throws<ServeException>(() => ControllerLoader.Load([new ControllerConfig { Name = "no-such-one" }], "o.yaml")).Message);
}
