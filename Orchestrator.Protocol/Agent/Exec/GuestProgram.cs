using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>
/// A program in a guest from its start to its end (<c>guest-run</c>, <c>run</c>). With full output, a shell lets it write into files, which are
/// fetched when it has ended and then removed.
/// </summary>
public sealed class GuestProgram : CompositeCommand
{
    /// <summary>Most that is fetched of both outputs together: an outcome lies in memory until its job is forgotten.</summary>
    public const int MaxFullOutput = 64 * 1024 * 1024;

    // The shell itself writes to the agent's pipes; from exec on they are closed, and the agent waits for nothing but the end.
    private const string IntoFiles = """mkdir -m 700 "$1" || exit 126; d=$1; shift; exec "$@" >"$d/out" 2>"$d/err" """;

    private static readonly TimeSpan RemovalTimeout = TimeSpan.FromSeconds(3);

    private GuestProgram(EncodedCommand start, string? directory) => (Start, OutputDirectory) = (start, directory);

    /// <summary>What was asked; <see langword="null"/> for a <c>guest-exec</c> that came encoded.</summary>
    public ExecSpec? Spec { get; private init; }

    /// <summary>The <c>guest-exec</c> that starts it.</summary>
    public EncodedCommand Start { get; }

    /// <summary>With full output: the directory in the guest that it goes into until it is fetched.</summary>
    public string? OutputDirectory { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => OutputDirectory is null
        ? ["guest-exec", "guest-exec-status"]
        : ["guest-exec", "guest-exec-status", "guest-file-open", "guest-file-read", "guest-file-close"];

    /// <summary>Of a <c>guest-exec</c> that is encoded already.</summary>
    /// <param name="start">The command.</param>
    /// <param name="outputDirectory">As <see cref="OutputDirectory"/> of the program that was encoded.</param>
    public static GuestProgram Of(EncodedCommand start, string? outputDirectory = null) => new(start, outputDirectory);

    /// <summary>Encodes a program, once for any number of VMs.</summary>
    /// <exception cref="Qapi.QapiValidationException">The specification does not fit <c>guest-exec</c>.</exception>
    public static GuestProgram Of(ExecSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!spec.FullOutput)
            return new GuestProgram(GuestExecution.Encode(spec), null) { Spec = spec };
        var directory = $"/tmp/orchestrator-run-{UnguessableNumber.Next():x}";
        return new GuestProgram(GuestExecution.Encode(spec with { Argv = ["/bin/sh", "-c", IntoFiles, "sh", directory, .. spec.Argv] }), directory) { Spec = spec };
    }

    /// <inheritdoc/>
    public override async Task<CompositeResult> RunAsync(AgentTurns agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return await EndAsync(agent, await GuestExecution.RunAsync(agent.Channel, Start, agent.Remaining, agent.Time, agent.OnStarted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Goes on with a program that was started before, by this command and by the agent's present process.</summary>
    /// <param name="agent">The VM's agent, and until when; the program is asked about at least once.</param>
    /// <param name="pid">From the answer to <c>guest-exec</c>.</param>
    public async Task<CompositeResult> FollowAsync(AgentTurns agent, long pid)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return await EndAsync(agent, await GuestExecution.FollowAsync(agent.Channel, pid, agent.Remaining, agent.Time).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<CompositeResult> EndAsync(AgentTurns agent, ExecResult result) => (result, OutputDirectory) switch
    {
        (ExecResult.Exited { Status: var status }, { } directory) => await FetchAsync(agent, status, directory).ConfigureAwait(false),
        (ExecResult.StillRunning or ExecResult.Lost, { } directory) => new CompositeResult.Ran(result, $"its output goes on into {directory}: remove it there"),
        _ => new CompositeResult.Ran(result),
    };

    private static async Task<CompositeResult> FetchAsync(AgentTurns agent, ExecStatus status, string directory)
    {
        var result = await ReadAsync(agent, status, directory).ConfigureAwait(false);
        return new CompositeResult.Ran(result, await RemoveAsync(agent, directory).ConfigureAwait(false) ? null : $"{directory} could not be removed: remove it there");
    }

    private static async Task<ExecResult> ReadAsync(AgentTurns agent, ExecStatus status, string directory)
    {
        // A shell that could not make the files says so itself.
        if (!status.Stderr.IsEmpty)
            return new ExecResult.Exited(status);
        var (stdout, stdoutIsWhole, lost) = await GuestFileView.ReadAsync(agent, $"{directory}/out", MaxFullOutput).ConfigureAwait(false);
        if (lost is not null)
            return new ExecResult.OutputLost(status, lost);
        (var stderr, var stderrIsWhole, lost) = await GuestFileView.ReadAsync(agent, $"{directory}/err", MaxFullOutput - stdout.Length).ConfigureAwait(false);
        return lost is not null
            ? new ExecResult.OutputLost(status, lost)
            : new ExecResult.Exited(status with { Stdout = stdout, StdoutTruncated = !stdoutIsWhole, Stderr = stderr, StderrTruncated = !stderrIsWhole });
    }

    /// <summary>Best effort, also past the deadline.</summary>
    private static async Task<bool> RemoveAsync(AgentTurns agent, string directory)
    {
        var remove = GuestExecution.Encode(new ExecSpec { Argv = ["rm", "-rf", "--", directory] });
        return await GuestExecution.RunAsync(agent.Channel, remove, RemovalTimeout, agent.Time).ConfigureAwait(false) is ExecResult.Exited { Status.ExitCode: 0 };
    }
}
