using System.Text.Json;

namespace Orchestrator.Host.Api;

/// <summary>Body of <c>POST /v1/jobs</c>: exactly one of <see cref="Command"/> and <see cref="Run"/>.</summary>
public sealed record JobRequest
{
    /// <summary>Selector.</summary>
    public string? Target { get; init; }

    /// <summary>Any <c>guest-*</c> or QMP command.</summary>
    public string? Command { get; init; }

    /// <summary>The command's arguments, an object.</summary>
    public JsonElement Arguments { get; init; }

    /// <summary>A program to run.</summary>
    public RunRequest? Run { get; init; }

    /// <summary>From acceptance to the last outcome, in milliseconds; 30,000 by default, at most 24 h.</summary>
    public double? TimeoutMs { get; init; }

    /// <summary>Accept a selector that matches nothing.</summary>
    public bool AllowEmpty { get; init; }
}

/// <summary>A program to run in the guests.</summary>
public sealed record RunRequest
{
    /// <summary>Program and arguments.</summary>
    public IReadOnlyList<string>? Argv { get; init; }

    /// <summary>Environment, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Standard input, base64.</summary>
    public string? Input { get; init; }

    /// <summary>All output up to 64 MiB, by way of files in the guest; needs <c>/bin/sh</c> there.</summary>
    public bool FullOutput { get; init; }
}

/// <summary>A list of things.</summary>
/// <typeparam name="T">What they are.</typeparam>
public sealed record ItemsView<T>(IReadOnlyList<T> Items);

/// <summary>A line of a job's stream: one of the two.</summary>
public sealed record JobStreamItem
{
    /// <summary>First and last line.</summary>
    public JobView? Job { get; init; }

    /// <summary>Every other line.</summary>
    public OutcomeView? Outcome { get; init; }
}

/// <summary>A line of the VMs' stream: one of the two.</summary>
public sealed record VmStreamItem
{
    /// <summary>A VM that is new or different.</summary>
    public VmView? Vm { get; init; }

    /// <summary>A VM that left.</summary>
    public GoneView? Gone { get; init; }
}

/// <summary>A VM that left.</summary>
public sealed record GoneView(string Name, string Host);

/// <summary>Answer of <c>GET /v1/version</c>.</summary>
public sealed record VersionView(string Version, string Host);
