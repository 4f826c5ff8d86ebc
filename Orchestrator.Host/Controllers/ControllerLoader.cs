using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Orchestrator.Actors.Controllers;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Controllers;

/// <summary>From the configuration's entries to controllers that can be made. What cannot is an error that names file, entry and reason: the node does not start.</summary>
internal static partial class ControllerLoader
{
    /// <summary>Loads them.</summary>
    /// <param name="controllers">Validated.</param>
    /// <param name="path">The configuration's, for errors.</param>
    /// <exception cref="ServeException">One cannot be loaded.</exception>
    public static IReadOnlyList<ControllerRegistration> Load(IReadOnlyList<ControllerConfig> controllers, string path) => [.. controllers.Select(controller => Load(controller, path))];

    private static ControllerRegistration Load(ControllerConfig config, string path)
    {
        try
        {
            var assembly = config.Assembly is { } file ? Open(file) : typeof(Controller).Assembly;
            var options = config.OptionsOf(path);
            var create = Find(config, assembly, options);
            return new ControllerRegistration(create, config.ModeOf(path), options.Vms);
        }
        catch (ControllerLoadException e)
        {
            throw new ServeException($"{path}: the controller '{config.Name}': {e.Message}");
        }
        catch (ArgumentException e)
        {
            throw new ServeException($"{path}: the controller '{config.Name}' cannot be used: {e.Message}");
        }
    }

    private static Assembly Open(string file)
    {
        if (!File.Exists(file))
            throw new ControllerLoadException($"there is no file {file}");
        try
        {
            var assembly = new PluginContext(file).LoadFromAssemblyPath(file);
            CheckFramework(assembly, file);
            return assembly;
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException)
        {
            throw new ControllerLoadException($"{file} cannot be loaded, and may be no .NET assembly, or not for this machine: {e.Message}");
        }
    }

    private static void CheckFramework(Assembly assembly, string file)
    {
        var framework = assembly.GetCustomAttribute<TargetFrameworkAttribute>()?.FrameworkName;
        if (framework is null)
            return;
        var name = new FrameworkName(framework);
        if (name.Identifier is not (".NETCoreApp" or ".NETStandard") || (name.Identifier == ".NETCoreApp" && name.Version.Major > Environment.Version.Major))
            throw new ControllerLoadException($"{file} is built for {framework}, and this node is .NET {Environment.Version.Major}: build it for net{Environment.Version.Major}.0");
    }

    /// <summary>A maker of the class that is meant. Classes are tried one after the other, first the one whose own name says it.</summary>
    private static Func<Controller> Find(ControllerConfig config, Assembly assembly, ControllerOptions options)
    {
        var found = TypesOf(assembly, config.Assembly).Where(type => config.Type is null || type.FullName == config.Type).ToList();
        if (found.Count == 0)
            throw new ControllerLoadException(config.Type is null ? $"{NameOf(config)} has no public class that is a {nameof(Controller)}" : $"{NameOf(config)} has no public controller class {config.Type}");
        var others = new List<string>();
        foreach (var type in found.OrderByDescending(type => KebabOf(type.Name) == config.Name))
        {
            try
            {
                var create = MakerOf(type, options);
                var name = create().Name;
                if (name == config.Name)
                    return create;
                others.Add(name);
            }
            catch (ControllerLoadException e) when (found.Count > 1 && KebabOf(type.Name) != config.Name)
            {
                others.Add($"{type.FullName}, which cannot be made: {e.Message}");
            }
        }
        throw new ControllerLoadException($"{NameOf(config)} has no controller of this name; it has: {string.Join(", ", others.Order(StringComparer.Ordinal))}");
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly, string? file)
    {
        try
        {
            return assembly.GetExportedTypes().Where(type => type is { IsAbstract: false, IsGenericTypeDefinition: false } && type.IsSubclassOf(typeof(Controller)));
        }
        catch (Exception e) when (e is TypeLoadException or FileNotFoundException or FileLoadException or ReflectionTypeLoadException or BadImageFormatException)
        {
            throw new ControllerLoadException($"{file} does not fit this program, or lacks an assembly beside it (build it with EnableDynamicLoading): {e.Message}");
        }
    }

    private static Func<Controller> MakerOf(Type type, ControllerOptions options)
    {
        var withOptions = type.GetConstructor([typeof(ControllerOptions)]);
        var constructor = withOptions ?? type.GetConstructor(Type.EmptyTypes) ?? throw new ControllerLoadException($"{type.FullName} has no public constructor with one {nameof(ControllerOptions)}, nor one without parameters");
        object[] arguments = withOptions is null ? [] : [options];
        return () =>
        {
            try
            {
                return (Controller)constructor.Invoke(arguments);
            }
            catch (TargetInvocationException e)
            {
                throw new ControllerLoadException($"the constructor of {type.FullName} failed: {e.InnerException?.Message ?? e.Message}");
            }
        };
    }

    private static string NameOf(ControllerConfig config) => config.Assembly ?? "this program";

    /// <summary>As a controller of a class would be called: <c>TimeSyncController</c> is <c>time-sync</c>.</summary>
    private static string KebabOf(string type) => Capital().Replace(type.EndsWith("Controller", StringComparison.Ordinal) ? type[..^"Controller".Length] : type, "-$0").TrimStart('-').ToLowerInvariant();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}

/// <summary>Why a controller cannot be loaded, or made.</summary>
internal sealed class ControllerLoadException(string message) : Exception(message);
