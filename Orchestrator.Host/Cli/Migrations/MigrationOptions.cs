using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;

namespace Orchestrator.Host.Cli.Migrations;

/// <summary>How VMs are migrated (docs/MIGRATING.md). What is wrong with a value, the server says with its name.</summary>
internal sealed class MigrationOptions
{
    private static readonly (string Unit, long Factor)[] Units = [("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30)];

    private readonly Option<string> _to = new("--to") { Description = "VmHost on which the destinations are", HelpName = "VMHOST", Required = true };
    private readonly Option<string?> _uri = new("--uri") { Description = "Where each destination listens: unix:/PATH or tcp:HOST:PORT, with {name}, {uuid}, {from}, {to}, {directory} [default: the server's configuration]", HelpName = "URI" };
    private readonly Option<TimeSpan?> _downtime = Durations.Option("--downtime", "How long a guest may stand still [default: QEMU's, 300ms]");
    private readonly Option<bool> _autoConverge = new("--auto-converge") { Arity = ArgumentArity.Zero, Description = "Slow down guests that change their memory faster than it is copied" };
    private readonly Option<bool> _postCopy = new("--post-copy") { Arity = ArgumentArity.Zero, Description = "Let guests run on at the destination after one pass; there is no way back then" };
    private readonly Option<int?> _multifd = new("--multifd") { Description = "Connections for memory", HelpName = "N" };
    private readonly Option<TimeSpan?> _drain = Durations.Option("--drain", "How long a switchover waits for the agent's outstanding command [default: 5s]");
    private readonly Option<bool> _allowCut = new("--allow-cut") { Arity = ArgumentArity.Zero, Description = "Let a switchover cut the answer to a command that cannot be asked again: its outcome is Unknown then" };
    private readonly Option<bool> _keepSource = new("--keep-source") { Arity = ArgumentArity.Zero, Description = "Leave the sources' QEMUs, stopped, which are ended else" };
    private readonly Option<long?> _bandwidth = new("--max-bandwidth")
    {
        Description = "Most bytes per second of each, such as 100M or 1Gi [default: QEMU's]",
        HelpName = "BYTES",
        CustomParser = result =>
        {
            if (TryParseBytes(result.Tokens[^1].Value, out var bytes))
                return bytes;
            result.AddError($"--max-bandwidth: '{result.Tokens[^1].Value}' is no number of bytes per second: write 1000000, 100M or 1Gi");
            return null;
        },
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_to, _uri, _bandwidth, _downtime, _autoConverge, _postCopy, _multifd, _drain, _allowCut, _keepSource])
            command.Add(option);
    }

    /// <summary>Body of <c>POST /v1/jobs</c>.</summary>
    public byte[] Request(ParseResult parsed, string target, Action<Utf8JsonWriter> options) => JobRequest.Migration(target, writer =>
    {
        writer.WriteString("to", parsed.GetRequiredValue(_to));
        if (parsed.GetValue(_uri) is { } uri)
            writer.WriteString("uri", uri);
        if (parsed.GetValue(_bandwidth) is { } bandwidth)
            writer.WriteNumber("maxBandwidth", bandwidth);
        JobRequest.WriteDuration(writer, "downtimeMs", parsed.GetValue(_downtime));
        WriteFlag(writer, "autoConverge", parsed.GetValue(_autoConverge));
        WriteFlag(writer, "postCopy", parsed.GetValue(_postCopy));
        if (parsed.GetValue(_multifd) is { } channels)
            writer.WriteNumber("multifd", channels);
        JobRequest.WriteDuration(writer, "drainMs", parsed.GetValue(_drain));
        WriteFlag(writer, "allowCut", parsed.GetValue(_allowCut));
        WriteFlag(writer, "keepSource", parsed.GetValue(_keepSource));
    }, options);

    /// <summary>A whole number, with or without a unit.</summary>
    internal static bool TryParseBytes(string text, out long bytes)
    {
        var digits = text.AsSpan().TrimEnd("kMGi").ToString();
        var unit = text[digits.Length..];
        var factor = unit.Length == 0 ? 1 : Units.FirstOrDefault(known => known.Unit == unit).Factor;
        var isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var fits = isNumber && factor > 0 && number is > 0 && number <= long.MaxValue / factor;
        bytes = fits ? number * factor : 0;
        return fits;
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
            writer.WriteBoolean(name, true);
    }
}
