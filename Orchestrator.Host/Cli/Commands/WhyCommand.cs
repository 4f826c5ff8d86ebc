using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Diagnosis;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>why VM</c>: why it takes no commands now; <c>why JOB VM</c>: why its invocation ended so. One sentence with the evidence, and one with what to do.</summary>
internal static class WhyCommand
{
    public static Command Create(CommandHost host)
    {
        var first = new Argument<string>("vm") { Description = "Name or UUID of a VM; before another, the id of a job", HelpName = "VM | JOB" };
        var second = new Argument<string?>("of-job") { Description = "Name or UUID of a VM of the job", HelpName = "VM", Arity = ArgumentArity.ZeroOrOne };
        first.CompletionSources.Add(_ => [.. host.Names.Vms(), .. host.Names.Jobs()]);
        second.CompletionSources.Add(_ => host.Names.Vms());
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("why", "Tells why a VM takes no commands now, or why it ended in a job as it did") { first, second, format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var (given, form) = (context.Parsed.GetRequiredValue(first), context.Parsed.GetValue(format)!);
            if (context.Parsed.GetValue(second) is { } vm)
            {
                var ended = await OfJobAsync(server, given, vm, cancellation);
                Write(context.Out, form, ended.Document(), ended.Sentence, ended.Next);
            }
            else
            {
                var stands = await OfVmAsync(server, given, cancellation);
                Write(context.Out, form, stands.Document(), stands.Sentence, stands.Next);
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<VmDiagnosis> OfVmAsync(ServerClient server, string name, CancellationToken cancellation)
    {
        var path = $"v1/vms/{Uri.EscapeDataString(name)}";
        var vm = await server.GetAsync(path, cancellation);
        var refusal = VmDiagnosis.NeedsProbe(vm) ? (await server.PostAsync($"{path}/qmp/query-status", null, cancellation)).Text("reason") : null;
        return VmDiagnosis.Of(vm, refusal);
    }

    private static async Task<OutcomeDiagnosis> OfJobAsync(ServerClient server, string id, string vm, CancellationToken cancellation)
    {
        var path = $"v1/jobs/{Uri.EscapeDataString(id)}";
        var job = new JobView(await server.GetAsync(path, cancellation));
        var outcomes = OutcomeNames.Of([.. (await server.GetAsync($"{path}/invocations", cancellation)).Items().Select(item => new OutcomeView(item))]);
        var found = outcomes.Where(entry => entry.Name == vm || entry.Outcome.Name == vm || entry.Outcome.Json.Text("vm") == vm).ToArray();
        return found switch
        {
            [var (name, outcome)] => new OutcomeDiagnosis(job.Id, name, outcome),
            [] => throw new CliException(ExitCodes.Error, $"job {job.Id} has no outcome of '{vm}': {(job.HasEnded ? $"it was no target, 'orchestrator job get {job.Id}' shows those" : "it still runs, and may bring one")}"),
            _ => throw new CliException(ExitCodes.Error, $"job {job.Id} has several VMs named '{vm}': name one of {string.Join(", ", found.Select(entry => entry.Name))}"),
        };
    }

    private static void Write(TerminalWriter output, string format, JsonElement document, string sentence, string? next)
    {
        if (format != OutputFormat.Table)
        {
            Listing.WriteOne(output, format, document);
            return;
        }
        output.WriteLine(sentence);
        if (next is not null)
            output.WriteLine(next);
    }
}
