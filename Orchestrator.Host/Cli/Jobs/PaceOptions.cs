using System.CommandLine;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>How fast a job goes, and when it stops by itself (docs/API.md, JobRequest). What is wrong with a value, the server says with its name.</summary>
internal sealed class PaceOptions
{
    private readonly Option<string?> _concurrency = new("--max-concurrency", "-f") { Description = "VMs at a time: a number, or a share such as 10%", HelpName = "N|%" };
    private readonly Option<int?> _perHost = new("--per-host") { Description = "VMs of one VmHost at a time", HelpName = "N" };
    private readonly Option<double?> _rate = new("--rate") { Description = "VMs begun per second", HelpName = "N" };
    private readonly Option<string?> _canary = new("--canary") { Description = "First waves, each after the whole of the one before it, such as 1,5%,50%; then all the rest", HelpName = "N|%,…" };
    private readonly Option<TimeSpan?> _canaryWait = Durations.Option("--canary-wait", "Pause after each of those waves");
    private readonly Option<string?> _maxErrors = new("--max-errors") { Description = "Failed, timed out and unknown VMs that are borne; one more halts the job (exit code 7)", HelpName = "N|%" };
    private readonly Option<string?> _maxUndelivered = new("--max-undelivered") { Description = "The same for undelivered VMs", HelpName = "N|%" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_concurrency, _perHost, _rate, _canary, _canaryWait, _maxErrors, _maxUndelivered])
            command.Add(option);
    }

    /// <summary>Members of the request's object.</summary>
    public void Write(Utf8JsonWriter writer, ParseResult parsed)
    {
        WriteText(writer, "maxConcurrency", parsed.GetValue(_concurrency));
        if (parsed.GetValue(_perHost) is { } perHost)
            writer.WriteNumber("perHost", perHost);
        if (parsed.GetValue(_rate) is { } rate)
            writer.WriteNumber("rate", rate);
        if (parsed.GetValue(_canary) is { } canary)
            JobRequest.WriteStrings(writer, "canary", canary.Split(',', StringSplitOptions.TrimEntries));
        JobRequest.WriteDuration(writer, "canaryWaitMs", parsed.GetValue(_canaryWait));
        WriteText(writer, "maxErrors", parsed.GetValue(_maxErrors));
        WriteText(writer, "maxUndelivered", parsed.GetValue(_maxUndelivered));
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
