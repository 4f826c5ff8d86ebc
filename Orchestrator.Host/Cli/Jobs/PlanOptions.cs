using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Commands;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary><c>--dry-run</c>, <c>--plan</c> and <c>--apply</c>: what a job would do, before it does it.</summary>
internal sealed class PlanOptions
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Arity = ArgumentArity.Zero, Description = "Show the VMs, their waves and what stands in the way now; send nothing" };
    private readonly Option<string?> _plan = new("--plan") { Description = "The same, and keep it in this file", HelpName = "FILE" };
    private readonly Option<string?> _apply = new("--apply") { Description = "Only if the VMs are those of the plan in this file", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_dryRun);
        command.Add(_plan);
        command.Add(_apply);
    }

    /// <summary>Whether nothing is to be sent.</summary>
    /// <exception cref="CliException">Both are asked for.</exception>
    public bool OnlyPlans(ParseResult parsed)
    {
        var plans = parsed.GetValue(_dryRun) || parsed.GetValue(_plan) is not null;
        return plans && parsed.GetValue(_apply) is not null ? throw CliException.Usage("give either --dry-run or --plan, or --apply") : plans;
    }

    /// <summary>Shows the plan, and keeps it if a file is named.</summary>
    public async Task<int> ShowAsync(CliContext context, byte[] request, string format, CancellationToken cancellation)
    {
        using var server = context.Connect();
        var plan = await server.PostAsync("v1/jobs:plan", request, cancellation);
        if (context.Parsed.GetValue(_plan) is { } path)
            await PlanFile.SaveAsync(path, request, plan, cancellation);
        Listing.Write(context.Out, format, plan, vms => WriteTable(context.Out, vms));
        if (!context.Quiet)
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"plan: {plan.Text("command")} ({plan.Text("class")}) on {plan.Number("targets") ?? 0} VMs; nothing was sent"));
        return ExitCodes.Ok;
    }

    /// <summary>The request, bound to the plan's targets if one is to be applied.</summary>
    public async Task<byte[]> ApplyAsync(ParseResult parsed, byte[] request, CancellationToken cancellation) =>
        parsed.GetValue(_apply) is { } path ? await PlanFile.ApplyAsync(path, request, cancellation) : request;

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> vms)
    {
        var table = new TextTable("NAME", "HOST", "WAVE", "NOW", "REASON");
        foreach (var vm in vms)
        {
            var now = vm.Text("phase");
            table.Add(vm.Text("name"), vm.Text("host"), (vm.Number("wave") ?? 0).ToString(CultureInfo.InvariantCulture), new Cell(now ?? "is sent", now is null ? Tone.Good : Tone.Warning), vm.Text("reason"));
        }
        table.WriteTo(output);
    }
}
