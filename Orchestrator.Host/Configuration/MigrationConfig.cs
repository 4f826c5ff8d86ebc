using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>How VMs of this node are migrated (docs/MIGRATING.md).</summary>
public sealed class MigrationConfig
{
    /// <summary>Program and arguments that start the QEMU that is to wait for a VM, with placeholders; none by default: it must be running.</summary>
    public List<string> Start { get; set => field = value ?? []; } = [];

    /// <summary>Where it listens, with placeholders; <c>unix:{directory}/migration.sock</c> by default, beside its monitor.</summary>
    public string? Uri { get; set; }

    /// <summary>Migrations of this node at a time, over all jobs; 4 by default.</summary>
    public int Concurrency { get; set; } = 4;

    /// <exception cref="ServeException">A value is out of its range.</exception>
    internal void Validate(string path)
    {
        if (Concurrency is < 1 or > 1000)
            throw new ServeException($"{path}: 'concurrency' of 'migration' is {Concurrency}: write a number from 1 to 1000");
        if (Start.Count > 0 && Start.Exists(string.IsNullOrEmpty))
            throw new ServeException($"{path}: 'start' of 'migration' has an empty argument: write the program, and its arguments");
        if (Start.Count > 0 && !Path.IsPathRooted(Start[0]))
            throw new ServeException($"{path}: 'start' of 'migration' begins with '{Start[0]}': write the program's absolute path");
    }
}
