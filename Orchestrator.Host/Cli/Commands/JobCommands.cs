using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>job ls</c>, <c>job get</c>, <c>job results</c>, <c>job watch</c>, <c>job wait</c> and <c>job diff</c>; <see cref="JobControlCommands"/> has the others.</summary>
internal static class JobCommands
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("job", "Shows, follows, compares and controls jobs") { List(host), Get(host), Results(host), Watch(host), Wait(host), JobDifferenceCommand.Create(host) };
        foreach (var control in JobControlCommands.Create(host))
            command.Add(control);
        return command;
    }

    public static Argument<string> Id(CommandHost host)
    {
        var id = new Argument<string>("id") { Description = "The job's id, as printed when it started", HelpName = "JOB" };
        id.CompletionSources.Add(_ => host.Names.Jobs());
        return id;
    }

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var phase = new Option<string?>("--phase") { Description = "Only jobs in this phase, such as Running or Partial", HelpName = "PHASE" };
        var name = new Option<string?>("--command") { Description = "Only jobs of this command; run for programs", HelpName = "COMMAND" };
        var since = new Option<string?>("--since") { Description = "Only jobs created at or after this time, such as 2026-01-31T12:00:00Z", HelpName = "TIME" };
        var before = new Option<string?>("--before") { Description = "Only jobs older than this one", HelpName = "JOB" };
        var limit = new Option<string?>("--limit") { Description = "So many at most [default: 100]", HelpName = "N" };
        var command = new Command("ls", "Lists jobs, newest first") { phase, name, since, before, limit, format };
        command.Aliases.Add("list");
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var path = Query.Path("v1/jobs",
                ("phase", context.Parsed.GetValue(phase)), ("command", context.Parsed.GetValue(name)), ("since", context.Parsed.GetValue(since)),
                ("before", context.Parsed.GetValue(before)), ("limit", context.Parsed.GetValue(limit)));
            var answer = await server.GetAsync(path, cancellation);
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
