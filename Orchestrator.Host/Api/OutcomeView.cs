using System.Text.Json.Serialization;
using System.Text.Unicode;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Api;

/// <summary>An outcome as the API shows it (docs/API.md).</summary>
public sealed record OutcomeView
{
    /// <summary>UUID of the VM; left out if QMP never told it.</summary>
    public string? Vm { get; init; }

    /// <summary>Name of the VM.</summary>
    public required string Name { get; init; }

    /// <summary>VmHost of the VM.</summary>
    public required string Host { get; init; }

    /// <summary>Where it ended.</summary>
    public required Phase Phase { get; init; }

    /// <summary>Why; left out when it succeeded.</summary>
    public string? Reason { get; init; }

    /// <summary>What happened in the guest.</summary>
    public required Effect Effect { get; init; }

    /// <summary>From the VM's acceptance to the end, in milliseconds.</summary>
    public double ElapsedMs { get; init; }

    /// <summary>The command's <c>return</c> value.</summary>
    public RawJson? Result { get; init; }

    /// <summary>Where the <c>return</c> value is, if it is too large to be here.</summary>
    public OutputAtView? ResultAt { get; init; }

    /// <summary>The error the agent or QEMU answered with.</summary>
    public ErrorView? Error { get; init; }

    /// <summary>What happened and what to do next.</summary>
    public string? Message { get; init; }

    /// <summary>For <c>run</c>: what became of the program.</summary>
    public ExecView? Exec { get; init; }

    /// <summary>Which attempt it was; left out for the first.</summary>
    public int? Attempt { get; init; }

    /// <summary>True if its cancellation came too late.</summary>
    public bool? CancelRequested { get; init; }

    /// <summary>When late evidence replaced an unknown outcome.</summary>
    public DateTimeOffset? AmendedAt { get; init; }

    /// <summary>From the actor's outcome.</summary>
    public static OutcomeView Of(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return new OutcomeView
        {
            Vm = outcome.Vm?.ToString(),
            Name = outcome.Name,
            Host = outcome.Host,
            Phase = outcome.Phase,
            Reason = outcome.Reason,
            Effect = outcome.Effect,
            ElapsedMs = Math.Round(outcome.Elapsed.TotalMilliseconds, 3),
            Result = RawJson.OrNull(outcome.Result),
            ResultAt = outcome.ResultKept is { } kept ? new OutputAtView(kept.Bytes, kept.Sha256, OutputAtView.HrefOf(outcome, kept, "result")) : null,
            Error = outcome.Error is { } error ? new ErrorView(error.Class, error.Description) : null,
            Message = outcome.Message,
            Exec = outcome.Exec is { } exec ? ExecView.Of(outcome, exec) : null,
            Attempt = outcome.Attempt > 1 ? outcome.Attempt : null,
            CancelRequested = outcome.CancelRequested ? true : null,
            AmendedAt = outcome.AmendedAt,
        };
    }
}

/// <summary>An error as the agent or QEMU worded it.</summary>
public sealed record ErrorView(string Class, [property: JsonPropertyName("desc")] string Description);

/// <summary>What became of a program.</summary>
public sealed record ExecView(long Pid, long? ExitCode, long? Signal, OutputView Stdout, OutputView Stderr)
{
    internal static ExecView Of(Outcome outcome, ExecOutcome exec) => new(
        exec.Pid,
        exec.ExitCode,
        exec.Signal,
        exec.StdoutKept is { } stdout ? OutputView.At(outcome, stdout, "stdout", exec.StdoutTruncated) : OutputView.Of(exec.Stdout, exec.StdoutTruncated),
        exec.StderrKept is { } stderr ? OutputView.At(outcome, stderr, "stderr", exec.StderrTruncated) : OutputView.Of(exec.Stderr, exec.StderrTruncated));
}

/// <summary>One of a program's output streams: <c>text</c> if it is valid UTF-8, else <c>base64</c>; if it is too large to be here, <c>sha256</c> and <c>href</c>.</summary>
public sealed record OutputView(string? Text, [property: JsonPropertyName("base64")] string? Base64, long Bytes, bool Truncated)
{
    /// <summary>Of the bytes at <see cref="Href"/>; lower-case hexadecimal.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Path of the API that has the bytes.</summary>
    public string? Href { get; init; }

    internal static OutputView Of(ReadOnlyMemory<byte> output, bool truncated) => Utf8.IsValid(output.Span)
        ? new OutputView(System.Text.Encoding.UTF8.GetString(output.Span), null, output.Length, truncated)
        : new OutputView(null, Convert.ToBase64String(output.Span), output.Length, truncated);

    internal static OutputView At(Outcome outcome, KeptOutput kept, string name, bool truncated) =>
        new(null, null, kept.Bytes, truncated) { Sha256 = kept.Sha256, Href = OutputAtView.HrefOf(outcome, kept, name) };
}

/// <summary>Where a value is that is too large to be in its outcome.</summary>
public sealed record OutputAtView(long Bytes, [property: JsonPropertyName("sha256")] string Sha256, string Href)
{
    internal static string HrefOf(Outcome outcome, KeptOutput kept, string name) =>
        $"/v1/jobs/{kept.JobId}/invocations/{Uri.EscapeDataString(outcome.Vm?.ToString() ?? outcome.Name)}/{name}";
}
