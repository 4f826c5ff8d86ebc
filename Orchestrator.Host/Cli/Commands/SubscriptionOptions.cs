using System.CommandLine;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary>Options of <c>event sub create</c>.</summary>
internal sealed class SubscriptionOptions
{
    private readonly Option<string?> _name = new("--name") { Description = "For people", HelpName = "NAME" };
    private readonly Option<string[]> _type = new("--type") { Description = "Only events whose type matches, such as 'io.orchestrator.guest.*'; may be repeated", HelpName = "GLOB", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _filter = new("--filter") { Description = "Only events of which this holds, such as \"data.reason = 'panic'\" (docs/EVENTS.md)", HelpName = "EXPRESSION" };
    private readonly Option<string?> _from = new("--from") { Description = "Where to begin: now, beginning, or a cursor [default: now]", HelpName = "PLACE" };
    private readonly Option<string?> _secret = new("--secret") { Description = "To sign with, 'whsec_' and base64 [default: a new one]", HelpName = "SECRET" };
    private readonly Option<bool> _batched = new("--batched") { Arity = ArgumentArity.Zero, Description = "Several events in a request" };
    private readonly Option<int?> _maxBatch = new("--max-batch") { Description = "Most events of a request, up to 256 [default: 100]", HelpName = "N" };
    private readonly Option<TimeSpan?> _timeout = Durations.Option("--request-timeout", "Deadline of a request, 1s to 60s [default: 10s]");
    private readonly Option<int?> _retries = new("--retries") { Description = "Attempts after the first, up to 100 [default: 12]", HelpName = "N" };
    private readonly Option<bool> _noHandshake = new("--no-handshake") { Arity = ArgumentArity.Zero, Description = "Do not ask the receiver whether it wants events" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_name, _type, _filter, _from, _secret, _batched, _maxBatch, _timeout, _retries, _noHandshake])
            command.Add(option);
    }

    /// <summary>The body of the request.</summary>
    public byte[] Request(CliContext context, string url, string? target) => JsonText.Bytes(writer =>
    {
        var parsed = context.Parsed;
        writer.WriteStartObject();
        writer.WriteString("url", url);
        foreach (var (member, value) in ((string, string?)[])[("name", parsed.GetValue(_name)), ("target", target), ("filter", parsed.GetValue(_filter)), ("from", parsed.GetValue(_from)), ("secret", parsed.GetValue(_secret))])
        {
            if (value is not null)
                writer.WriteString(member, value);
        }
        if (parsed.GetValue(_type) is { Length: > 0 } types)
            JobRequest.WriteStrings(writer, "type", types);
        if (parsed.GetValue(_batched))
            writer.WriteString("mode", "Batched");
        if (parsed.GetValue(_maxBatch) is { } maxBatch)
            writer.WriteNumber("maxBatch", maxBatch);
        if (parsed.GetValue(_timeout) is { } timeout)
            writer.WriteNumber("timeoutMs", (long)Math.Ceiling(timeout.TotalMilliseconds));
        if (parsed.GetValue(_retries) is { } retries)
            writer.WriteNumber("retries", retries);
        if (parsed.GetValue(_noHandshake))
            writer.WriteBoolean("handshake", false);
        writer.WriteEndObject();
    });
}
