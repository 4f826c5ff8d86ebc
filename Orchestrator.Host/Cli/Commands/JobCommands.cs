using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>job ls</c>, <c>job get</c>, <c>job watch</c> and <c>job cancel</c>.</summary>
internal static class JobCommands
{
    public static Command Create(CommandHost host) => new("job", "Shows, follows and cancels jobs") { List(host), Get(host), Watch(host), Cancel(host) };

    private static Argument<string> Id() => new("id") { Description = "The job's id, as printed when it started", HelpName = "JOB" };

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("ls", "Lists jobs, newest first") { format };
        command.Aliases.Add("list");
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var answer = await server.GetAsync("v1/jobs", cancellation);
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, answer, items => WriteTable(context.Out, items));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var (id, options) = (Id(), new JobOptions(OutputFormat.Table));
        var command = new Command("get", "Shows a job and its outcomes so far") { id, options.Format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var path = $"v1/jobs/{Uri.EscapeDataString(context.Parsed.GetRequiredValue(id))}";
            var job = new JobView(await server.GetAsync(path, cancellation));
            var report = new JobReport(context.Parsed.GetValue(options.Format)!, context.Out, OutcomeTables.Any);
            foreach (var outcome in (await server.GetAsync($"{path}/invocations", cancellation)).Items())
                report.Add(await LargeOutputs.InlineAsync(server, outcome, cancellation));
            report.Complete(job);
            if (!context.Quiet)
                context.Error.WriteLine(report.Tally.Line(job));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Watch(CommandHost host)
    {
        var (id, options) = (Id(), new JobOptions(OutputFormat.Table));
        var command = new Command("watch", "Follows a job to its end; the exit code is the job's") { id, options.Format, options.Wait, options.MaxExitCode };
        host.Handle(command, (context, _) => new JobSession(context, options, OutcomeTables.Any).WatchAsync(context.Parsed.GetRequiredValue(id)));
        return command;
    }

    private static Command Cancel(CommandHost host)
    {
        var id = Id();
        var command = new Command("cancel", "Cancels what a job has not sent yet") { id };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var job = new JobView(await JobSession.CancelAsync(server, context.Parsed.GetRequiredValue(id), cancellation));
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"job {job.Id} {job.Phase}: {job.Done} of {job.Targets} have their outcome"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> jobs)
    {
        var table = new TextTable("ID", "PHASE", "OK", "DONE", "TARGETS", "ELAPSED", "COMMAND", "TARGET");
        foreach (var job in jobs.Select(json => new JobView(json)))
        {
            var tone = job.Phase == Phases.Succeeded ? Tone.Good : job.HasEnded ? Tone.Warning : Tone.Plain;
            table.Add(job.Id, new Cell(job.Phase, tone), Number(job.Count(Phases.Succeeded)), Number(job.Done), Number(job.Targets),
                Durations.Format(job.ElapsedMs), job.Json.Text("command"), job.Json.Text("target"));
        }
        table.WriteTo(output);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
