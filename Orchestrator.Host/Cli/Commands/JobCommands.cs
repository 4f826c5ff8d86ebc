using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>job ls</c>, <c>job get</c>, <c>job results</c>, <c>job watch</c>, <c>job wait</c>, <c>job diff</c> and <c>job cancel</c>.</summary>
internal static class JobCommands
{
    public static Command Create(CommandHost host) => new("job", "Shows, follows, compares and cancels jobs") { List(host), Get(host), Results(host), Watch(host), Wait(host), JobDifferenceCommand.Create(host), Cancel(host) };

    private static Argument<string> Id(CommandHost host)
    {
        var id = new Argument<string>("id") { Description = "The job's id, as printed when it started", HelpName = "JOB" };
        id.CompletionSources.Add(_ => host.Names.Jobs());
        return id;
    }

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
        var (id, options) = (Id(host), new JobOptions(OutputFormat.Table));
        var command = new Command("get", "Shows a job and its outcomes so far") { id };
        options.Results.AddTo(command);
        host.Handle(command, async (context, cancellation) =>
        {
            await ShowAsync(context, options, context.Parsed.GetRequiredValue(id), cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Results(CommandHost host)
    {
        var (id, options) = (Id(host), new JobOptions(OutputFormat.Fold));
        var command = new Command("results", "Shows a job's results so far, as the command that started it would; the exit code is the job's") { id, options.MaxExitCode };
        options.Results.AddTo(command);
        host.Handle(command, async (context, cancellation) =>
        {
            var (job, tally) = await ShowAsync(context, options, context.Parsed.GetRequiredValue(id), cancellation);
            return context.Parsed.GetValue(options.MaxExitCode) ? tally.HighestExitCode(job) : tally.ExitCode(job);
        });
        return command;
    }

    private static async Task<(JobView Job, JobTally Tally)> ShowAsync(CliContext context, JobOptions options, string id, CancellationToken cancellation)
    {
        var report = new JobReport(options.Results.Read(context), context.Out, OutcomeTables.Any);
        using var server = context.Connect();
        var path = $"v1/jobs/{Uri.EscapeDataString(id)}";
        var job = new JobView(await server.GetAsync(path, cancellation));
        report.Begin(job);
        foreach (var outcome in (await server.GetAsync($"{path}/invocations", cancellation)).Items())
            report.Add(await LargeOutputs.InlineAsync(server, outcome, cancellation));
        report.Complete(job);
        if (!context.Quiet)
            context.Error.WriteLine(report.Tally.Line(job));
        return (job, report.Tally);
    }

    private static Command Watch(CommandHost host)
    {
        var (id, options) = (Id(host), new JobOptions(OutputFormat.Table));
        var command = new Command("watch", "Follows a job to its end; the exit code is the job's") { id, options.Wait, options.MaxExitCode };
        options.Results.AddTo(command);
        host.Handle(command, (context, _) => new JobSession(context, options, OutcomeTables.Any).WatchAsync(context.Parsed.GetRequiredValue(id)));
        return command;
    }

    private static Command Wait(CommandHost host)
    {
        var (id, options) = (Id(host), new JobOptions(OutputFormat.Table));
        var command = new Command("wait", "Waits for a job's end and shows its last line only; the exit code is the job's") { id, options.Wait, options.MaxExitCode };
        host.Handle(command, (context, _) => new JobSession(context, options, OutcomeTables.Any).WaitAsync(context.Parsed.GetRequiredValue(id)));
        return command;
    }

    private static Command Cancel(CommandHost host)
    {
        var id = Id(host);
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
