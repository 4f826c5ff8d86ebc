using System.CommandLine;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>How long a job and its parts may take, how often a VM is tried, and why the job is.</summary>
internal sealed class LimitOptions
{
    private readonly Option<TimeSpan?> _timeout = ExecTimeout();
    private readonly Option<TimeSpan?> _delivery = Durations.Option("--delivery-timeout", "How long a command may wait for a VM that cannot take it now");
    private readonly Option<TimeSpan?> _deadline = Durations.Option("--deadline", "Until when the whole job may take: what has not begun by then does not begin");
    private readonly Option<int?> _retries = new("--retries") { Description = "Further attempts for VMs on which another one does no harm, up to 9", HelpName = "N" };
    private readonly Option<string?> _comment = new("--comment") { Description = "Why: kept with the job", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_timeout, _delivery, _deadline, _retries, _comment])
            command.Add(option);
    }

    /// <summary>Members of the request's object.</summary>
    public void Write(Utf8JsonWriter writer, ParseResult parsed)
    {
        JobRequest.WriteDuration(writer, "timeoutMs", parsed.GetValue(_timeout));
        JobRequest.WriteDuration(writer, "deliveryTimeoutMs", parsed.GetValue(_delivery));
        JobRequest.WriteDuration(writer, "deadlineMs", parsed.GetValue(_deadline));
        if (parsed.GetValue(_retries) is { } retries)
            writer.WriteNumber("attempts", retries is >= 0 and < 10 ? retries + 1 : throw CliException.Usage($"--retries {retries}: write a number from 0 to 9"));
        if (parsed.GetValue(_comment) is { } comment)
            writer.WriteString("comment", comment);
    }

    private static Option<TimeSpan?> ExecTimeout()
    {
        var option = Durations.Option("--timeout", "How long each VM may take, in its queue and in the guest");
        option.Aliases.Add("--exec-timeout");
        return option;
    }
}
