using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>
/// Runs a program in a guest to its end: <c>guest-exec</c>, then <c>guest-exec-status</c> until it exited. The agent cannot tell when that is:
/// the first question is asked at once, later ones ever less often, so that short programs are fast and long ones are left in peace.
/// </summary>
public static class GuestExecution
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // For a question that is put at the deadline, or just before it: a healthy agent must not be called silent for want of a moment.
    private static readonly TimeSpan LeastAnswer = TimeSpan.FromMilliseconds(500);

    // The answer that tells the end is given once and has up to 43 MiB: given up too early, the output is lost for ever. A busy machine
    // needs more than 10 s for half of that.
    private static readonly TimeSpan LongestStatus = AgentTurns.LongestStep;

    /// <summary>Encodes the start of a program, once for any number of VMs.</summary>
    /// <exception cref="QapiValidationException">The specification does not fit <c>guest-exec</c>.</exception>
    public static EncodedCommand Encode(ExecSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var arguments = new JsonObject { ["path"] = spec.Argv[0], ["capture-output"] = true };
        if (spec.Argv.Count > 1)
            arguments["arg"] = Strings(spec.Argv.Skip(1));
        if (spec.Environment.Count > 0)
            arguments["env"] = Strings(spec.Environment);
        if (!spec.Input.IsEmpty)
            arguments["input-data"] = Convert.ToBase64String(spec.Input.Span);
        using var document = JsonDocument.Parse(arguments.ToJsonString());
        return EncodedCommand.ForGuest("guest-exec", document.RootElement);
    }

    /// <summary>Starts the program and follows it.</summary>
    /// <param name="channel">The VM's agent.</param>
    /// <param name="start">From <see cref="Encode"/>.</param>
    /// <param name="timeout">From now to the program's end. When it passes, the program goes on; what is asked about it then may take a moment longer.</param>
    /// <param name="time">Clock of the deadline and of the pauses.</param>
    /// <param name="onStarted">Called with the pid, once the agent has told it.</param>
    public static async Task<ExecResult> RunAsync(IAgentChannel channel, EncodedCommand start, TimeSpan timeout, TimeProvider time, Action<long>? onStarted = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(time);
        var startedAt = time.GetTimestamp();
        var started = await channel.ExecuteAsync(start, timeout).ConfigureAwait(false);
        if (started is not CommandResult.Returned returned)
            return new ExecResult.NotStarted(started);
        var pid = ExecJson.PidOf(returned);
        onStarted?.Invoke(pid);
        return await FollowAsync(channel, pid, timeout - time.GetElapsedTime(startedAt), time, mustAsk: false).ConfigureAwait(false);
    }

    /// <summary>Follows a program that was started before. It is asked about at least once, also when no time is left.</summary>
    /// <param name="channel">The VM's agent.</param>
    /// <param name="pid">From the answer to <c>guest-exec</c>.</param>
    /// <param name="timeout">From now to the program's end; may be negative.</param>
    /// <param name="time">Clock of the deadline and of the pauses.</param>
    public static Task<ExecResult> FollowAsync(IAgentChannel channel, long pid, TimeSpan timeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(time);
        return FollowAsync(channel, pid, timeout, time, mustAsk: true);
    }

    private static async Task<ExecResult> FollowAsync(IAgentChannel channel, long pid, TimeSpan timeout, TimeProvider time, bool mustAsk)
    {
        var startedAt = time.GetTimestamp();
        var status = EncodeStatus(pid);
        for (var pause = FirstPause; ; pause = pause < LongestPause / 2 ? pause * 2 : LongestPause, mustAsk = false)
        {
            var remaining = timeout - time.GetElapsedTime(startedAt);
            if (remaining <= TimeSpan.Zero && !mustAsk)
                return new ExecResult.StillRunning(pid, await HoldsPipesOnlyAsync(channel, pid, time).ConfigureAwait(false));
            var answer = await channel.ExecuteAsync(status, TimeSpan.FromTicks(Math.Clamp(remaining.Ticks, LeastAnswer.Ticks, LongestStatus.Ticks))).ConfigureAwait(false);
            if (answer is not CommandResult.Returned value)
                return new ExecResult.Lost(pid, answer);
            if (ExecStatus.Parse(pid, value.Value) is { } ended)
                return new ExecResult.Exited(ended);
            remaining = timeout - time.GetElapsedTime(startedAt);
            await Task.Delay(Shorter(pause, WholeMilliseconds(remaining)), time).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The agent calls a program running until its output pipes are closed, also by children it left behind. On Linux, <c>/proc</c> tells the two
    /// apart; elsewhere it is not there, and the program is said to run.
    /// </summary>
    private static async Task<bool> HoldsPipesOnlyAsync(IAgentChannel channel, long pid, TimeProvider time) =>
        !await CanOpenAsync(channel, $"/proc/{pid}/stat", time).ConfigureAwait(false) && await CanOpenAsync(channel, "/proc/self/stat", time).ConfigureAwait(false);

    private static async Task<bool> CanOpenAsync(IAgentChannel channel, string path, TimeProvider time)
    {
        var (file, _) = await GuestFile.OpenAsync(new AgentTurns(channel, LeastAnswer, time), path, "rb").ConfigureAwait(false);
        if (file is null)
            return false;
        await file.CloseAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Encodes the question after a program.</summary>
    public static EncodedCommand EncodeStatus(long pid)
    {
        Span<byte> arguments = stackalloc byte[64];
        Utf8.TryWrite(arguments, CultureInfo.InvariantCulture, $"{{\"pid\":{pid}}}", out var length);
        return EncodedCommand.ForGuest("guest-exec-status", arguments[..length]);
    }

    /// <summary>Rounded up, and not negative: a timer drops fractions, and without a pause the questions would follow each other until the deadline.</summary>
    private static TimeSpan WholeMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(time.TotalMilliseconds)));

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
