using Orchestrator.Host.Serving;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Orchestrator.Host.Configuration;

/// <summary>Reads <see cref="NodeConfig"/>; errors name the file, the line and what is wrong.</summary>
internal static class NodeConfigFile
{
    /// <exception cref="ServeException">The file cannot be read, or is not a valid configuration.</exception>
    public static NodeConfig Load(string path)
    {
        try
        {
            using var text = File.OpenText(path);
            return Parse(text, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServeException($"the configuration {path} cannot be read: {e.Message}");
        }
    }

    /// <exception cref="ServeException">The text is not a valid configuration.</exception>
    public static NodeConfig Parse(TextReader text, string path)
    {
        try
        {
            var config = new DeserializerBuilder().WithNamingConvention(HyphenatedNamingConvention.Instance).WithDuplicateKeyChecking().Build()
                .Deserialize<NodeConfig?>(text) ?? new NodeConfig();
            Validate(config, path);
            var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
            config.Schemas = [.. config.Schemas.Select(schema => Path.GetFullPath(schema, directory))];
            if (config.Cluster.Tls is { } tls)
                (tls.Certificate, tls.Key, tls.Authority) = (Full(tls.Certificate, directory), Full(tls.Key, directory), Full(tls.Authority, directory));
            foreach (var files in config.RemoteHosts.Values.SelectMany(host => host.Vms.Select(vm => vm.Tls).Prepend(host.Tls)).OfType<TlsConfig>())
                (files.Certificate, files.Key, files.Authority) = (Full(files.Certificate, directory), Full(files.Key, directory), Full(files.Authority, directory));
            foreach (var controller in config.Controllers)
                controller.Assembly = Full(controller.Assembly, directory);
            return config;
        }
        catch (YamlException e)
        {
            throw new ServeException($"{path}:{e.Start.Line}:{e.Start.Column}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <exception cref="ServeException">A VM has no name, or one that another has, or no endpoint.</exception>
    internal static void ValidateVms(IReadOnlyList<VmConfig> vms, string path)
    {
        foreach (var vm in vms)
        {
            if (vm is not { Name.Length: > 0 and <= 253 })
                throw new ServeException($"{path}: each of 'vms' needs a 'name' of 1 to 253 characters");
            if (vm.Qmp.Length == 0)
                throw new ServeException($"{path}: the VM '{vm.Name}' needs a 'qmp' endpoint");
        }
        if (vms.GroupBy(vm => vm.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ServeException($"{path}: the VM '{twice.Key}' is named twice");
    }

    private static string? Full(string? path, string directory) => path is null ? null : Path.GetFullPath(path, directory);

    private static void Validate(NodeConfig config, string path)
    {
        if (config.Schemas.Exists(string.IsNullOrEmpty))
            throw new ServeException($"{path}: each of 'schemas' is a path");
        config.History.Limits(path);
        config.Events.Retention(path);
        config.Telemetry.Validate(path);
        config.Migration.Validate(path);
        LogFormat.Check(config.LogFormat, $"{path}: 'log-format'");
        config.Cluster.Options(path);
        ControllerConfig.Validate(config.Controllers, path);
        ValidateVms(config.Vms, path);
        RemoteHostConfig.Validate(config, path);
        foreach (var pattern in config.Patterns)
        {
            PathPattern.Parse(pattern?.Qmp ?? "", path);
            if (pattern?.Agent is { } agent)
                PathPattern.Parse(agent, path);
        }
    }
}
