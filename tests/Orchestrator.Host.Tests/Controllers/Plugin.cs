using Orchestrator.TestKit.Plugins;

namespace Orchestrator.Host.Tests.Controllers;

/// <summary><c>docs/controller-template</c>, which users copy, built outside the repository as they do; with a few broken classes in a second assembly.</summary>
public sealed class Plugin : IAsyncLifetime
{
    private const string Broken = """
        using Orchestrator.Actors.Controllers;
        using Orchestrator.Actors.Events;
        using Orchestrator.Actors.Events.Filtering;
        namespace Broken;
        public abstract class Base(string name) : Controller
        {
            public override string Name => name;
            public override EventFilter Events => EventFilter.Everything;
            public override Task OnEventAsync(ControllerContext context, FleetEvent happened, CancellationToken cancellationToken) => Task.CompletedTask;
        }
        public sealed class Throws(ControllerOptions options) : Base("throws") { private readonly string _value = options.Values["needed"]; public override string? Complaint => _value; }
        public sealed class NoConstructor(int number) : Base("no-constructor") { public override string? Complaint => $"{number}"; }
        public sealed class Plain() : Base("plain");
        public sealed class Shouting() : Base("SHOUTING");
        internal sealed class Hidden() : Base("hidden");
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-plugin-");

    /// <summary>The assembly of the template.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The assembly of the broken classes.</summary>
    public string BrokenPath { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var folder = _directory.CreateSubdirectory("template").FullName;
        PluginBuild.CopyTemplate(folder);
        Path = await PluginBuild.BuildAsync(folder, "MyController");
        var broken = _directory.CreateSubdirectory("broken").FullName;
        File.Copy(System.IO.Path.Combine(folder, "MyController.csproj"), System.IO.Path.Combine(broken, "Broken.csproj"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(broken, "Broken.cs"), Broken);
        BrokenPath = await PluginBuild.BuildAsync(broken, "Broken");
    }

    public Task DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }
}

[CollectionDefinition(nameof(Plugin))]
public sealed class PluginCollection : ICollectionFixture<Plugin>;
