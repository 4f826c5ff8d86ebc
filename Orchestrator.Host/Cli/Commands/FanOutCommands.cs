using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Arguments;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary>The verbs that send one command to many VMs: <c>ping</c>, <c>ga</c>, <c>qmp</c>.</summary>
internal static class FanOutCommands
{
    public static Command Ping(CommandHost host) => new FanOutVerb(OutputFormat.Table, OutcomeTables.RoundTrips).Build(
        new Command("ping", "Asks guest agents for a sign of life"),
        host,
        hasPrograms: false,
        (_, target, options, _) => Task.FromResult(JobRequest.Command(target, "guest-ping", null, options)));

    public static Command GuestAgent(CommandHost host)
    {
        var name = new Argument<string>("command") { Description = "A guest agent command, such as guest-get-osinfo", HelpName = "COMMAND" };
        name.CompletionSources.Add(_ => host.Names.Commands());
        return Sender(host, new Command("ga", "Sends a command to guest agents"), name, ConvertBySchemaAsync);
    }

    public static Command Qmp(CommandHost host)
    {
        var name = new Argument<string>("command") { Description = "A QMP command, such as query-status", HelpName = "COMMAND" };
        return Sender(host, new Command("qmp", "Sends a command to QEMU's monitors"), name, (_, _, pairs, _) => Task.FromResult(QmpArguments.Convert(pairs)));
    }

    private delegate Task<JsonElement> Converter(CliContext context, string command, IReadOnlyList<ArgumentPair> pairs, CancellationToken cancellation);

    private static Command Sender(CommandHost host, Command command, Argument<string> name, Converter convert)
    {
        var arguments = new ArgumentOptions();
        command.Add(name);
        arguments.AddTo(command);
        return new FanOutVerb(OutputFormat.Table, OutcomeTables.Results).Build(command, host, hasPrograms: false, async (context, target, options, cancellation) =>
        {
            var sent = context.Parsed.GetRequiredValue(name);
            var given = await arguments.ReadAsync(context, pairs => convert(context, sent, pairs, cancellation), cancellation);
            return JobRequest.Command(target, sent, given, options);
        });
    }

    private static async Task<JsonElement> ConvertBySchemaAsync(CliContext context, string command, IReadOnlyList<ArgumentPair> pairs, CancellationToken cancellation)
    {
        using var server = context.Connect();
        var schema = await server.GetAsync($"v1/schemas/{Uri.EscapeDataString(command)}", cancellation);
        return new SchemaArguments(schema).Convert(pairs);
    }
}
