using System.CommandLine;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>job diff JOB [OTHERJOB]</c>: what ended otherwise than in another job, VM by VM.</summary>
internal static class JobDifferenceCommand
{
    public static Command Create(CommandHost host)
    {
        var id = new Argument<string>("id") { Description = "The job's id", HelpName = "JOB" };
        var otherId = new Argument<string?>("other") { Description = "The job to compare with [default: the one before it with the same command and target]", HelpName = "OTHERJOB", Arity = ArgumentArity.ZeroOrOne };
        var ignore = ResultOptions.Ignore();
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        id.CompletionSources.Add(_ => host.Names.Jobs());
        otherId.CompletionSources.Add(_ => host.Names.Jobs());
        var command = new Command("diff", "Compares a job's outcomes with those of another; exit code 4 if any is other") { id, otherId, ignore, format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var named = context.Parsed.GetRequiredValue(id);
            var job = await JobAsync(server, named, cancellation);
            var otherNamed = context.Parsed.GetValue(otherId) ?? await PreviousAsync(server, job, cancellation);
            var other = await JobAsync(server, otherNamed, cancellation);
            foreach (var running in ((JobView[])[other, job]).Where(one => !one.HasEnded))
                context.Error.WriteLine($"job {running.Id} still runs: its outcomes so far are compared");
            var ignored = IgnoredMembers.Of(job.Command, context.Parsed.GetValue(ignore) ?? []);
            var difference = JobDifference.Of(await OutcomesAsync(server, otherNamed, cancellation), await OutcomesAsync(server, named, cancellation), ignored);
            if (!context.Quiet)
                context.Error.WriteLine($"job {job.Id} ({job.Command} {job.Json.Text("target")}, {job.Json.Text("createdAt")}) against {other.Id} ({other.Command} {other.Json.Text("target")}, {other.Json.Text("createdAt")})");
            new JobDifferenceText(other, job, difference).Write(context.Out, context.Parsed.GetValue(format)!);
            return difference.Changes.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static string PathOf(string id) => $"v1/jobs/{Uri.EscapeDataString(id)}";

    private static async Task<JobView> JobAsync(ServerClient server, string id, CancellationToken cancellation) => new(await server.GetAsync(PathOf(id), cancellation));

    private static async Task<string> PreviousAsync(ServerClient server, JobView job, CancellationToken cancellation) =>
        (await server.GetAsync("v1/jobs", cancellation)).Items()
            .Select(item => new JobView(item))
            .SkipWhile(item => item.Id != job.Id)
            .Skip(1)
            .FirstOrDefault(item => item.Command == job.Command && item.Json.Text("target") == job.Json.Text("target"))?.Id
        ?? throw new CliException(ExitCodes.Error, $"no job before {job.Id} has the command '{job.Command}' and the target '{job.Json.Text("target")}': name the other one, 'orchestrator job ls' shows them");

    private static async Task<OutcomeView[]> OutcomesAsync(ServerClient server, string id, CancellationToken cancellation)
    {
        var outcomes = new Dictionary<(string Host, string Name), OutcomeView>();
        foreach (var item in (await server.GetAsync($"{PathOf(id)}/invocations", cancellation)).Items())
        {
            var outcome = await LargeOutputs.InlineAsync(server, item, cancellation);
            outcomes.TryAdd((outcome.Host, outcome.Name), outcome);
        }
        return [.. outcomes.Values];
    }
}
