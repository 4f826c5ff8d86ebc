using System.CommandLine;
using System.Globalization;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>job cancel</c>, <c>job pause</c>, <c>job resume</c>, <c>job retry</c> and <c>job export</c>.</summary>
internal static class JobControlCommands
{
    private static readonly string[] Repeatable = ["undelivered", "failed", "unknown", "refused", "timedOut"];

    public static IEnumerable<Command> Create(CommandHost host) =>
    [
        Change(host, "cancel", "Cancels what a job has not sent yet"),
        Change(host, "pause", "Begins nothing new until the job is resumed; what was sent goes on"),
        Change(host, "resume", "Goes on with a job that was paused"),
        Retry(host),
        Export(host),
    ];

    private static Command Change(CommandHost host, string verb, string description)
    {
        var id = JobCommands.Id(host);
        var command = new Command(verb, description) { id };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var job = new JobView(await server.PostAsync($"{PathOf(context.Parsed.GetRequiredValue(id))}:{verb}", null, cancellation));
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"job {job.Id} {job.Phase}: {job.Done} of {job.Targets} have their outcome"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Retry(CommandHost host)
    {
        var (id, options) = (JobCommands.Id(host), new JobOptions(OutputFormat.Table));
        var only = new Option<string[]>("--only") { Description = $"VMs with these outcomes: {string.Join(", ", Repeatable)} [default: those that a repetition cannot harm]", HelpName = "PHASE", AllowMultipleArgumentsPerToken = false };
        var command = new Command("retry", "Tries some VMs of an ended job again, as a job of its own") { id, only, options.Wait, options.MaxExitCode };
        options.Results.AddTo(command);
        host.Handle(command, (context, _) =>
        {
            string[] phases = [.. (context.Parsed.GetValue(only) ?? []).SelectMany(value => value.Split(','))];
            if (phases.FirstOrDefault(phase => !Repeatable.Contains(phase, StringComparer.OrdinalIgnoreCase)) is { } wrong)
                throw CliException.Usage($"--only: '{wrong}' is not one of {string.Join(", ", Repeatable)}");
            var request = JsonText.Bytes(writer =>
            {
                writer.WriteStartObject();
                if (phases.Length > 0)
                    JobRequest.WriteStrings(writer, "only", phases);
                writer.WriteEndObject();
            });
            return new JobSession(context, options, OutcomeTables.Any).RetryAsync(context.Parsed.GetRequiredValue(id), request);
        });
        return command;
    }

    private static Command Export(CommandHost host)
    {
        var id = JobCommands.Id(host);
        var command = new Command("export", "Writes a job and the outcomes it has, as lines of JSON") { id };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            using var stream = await server.OpenAsync(HttpMethod.Get, $"{PathOf(context.Parsed.GetRequiredValue(id))}/export", null, cancellation);
            await foreach (var line in stream.ReadAsync(cancellation))
                context.Out.WriteDocument(JsonText.Line(line) + "\n");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string PathOf(string id) => $"v1/jobs/{Uri.EscapeDataString(id)}";
}
