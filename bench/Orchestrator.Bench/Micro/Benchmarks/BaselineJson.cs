using System.Text.Json.Serialization;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>How System.Text.Json's generated code reads and writes the sample answers and commands, for comparison.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(BaselineOsInfo))]
[JsonSerializable(typeof(BaselineFileSystem[]))]
[JsonSerializable(typeof(BaselineExec))]
internal sealed partial class BaselineJson : JsonSerializerContext;

/// <summary><c>guest-get-osinfo</c>.</summary>
internal sealed record BaselineOsInfo(string? Name, string? KernelRelease, string? Version, string? PrettyName, string? VersionId, string? KernelVersion, string? Machine, string? Id);

/// <summary>One of <c>guest-get-fsinfo</c>.</summary>
internal sealed record BaselineFileSystem(string Name, ulong? TotalBytes, string Mountpoint, BaselineDisk[] Disk, ulong? UsedBytes, string Type);

/// <summary>A disk of a file system.</summary>
internal sealed record BaselineDisk(string? Serial, string BusType, long Bus, long Unit, BaselineController PciController, string? Dev, long Target);

/// <summary>A disk's controller.</summary>
internal sealed record BaselineController(long Bus, long Slot, long Domain, long Function);

/// <summary>A message with <c>guest-exec</c>.</summary>
internal sealed record BaselineExec(string Execute, BaselineExecArguments Arguments, long Id);

/// <summary>Arguments of <c>guest-exec</c>.</summary>
internal sealed record BaselineExecArguments(string Path, string[] Arg, bool CaptureOutput);
