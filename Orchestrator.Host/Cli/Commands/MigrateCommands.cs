using System.CommandLine;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Migrations;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>migrate</c>: running VMs to another VmHost; <c>evacuate</c>: all of a VmHost.</summary>
internal static class MigrateCommands
{
    public static Command Migrate(CommandHost host) => Build(host, new Command("migrate", "Moves running VMs to another VmHost"), null);

    public static Command Evacuate(CommandHost host)
    {
        var from = new Argument<string>("vmhost") { Description = "VmHost whose running VMs are moved", HelpName = "VMHOST" };
        return Build(host, new Command("evacuate", "Moves all running VMs of a VmHost to another one") { from }, context => TargetOf(context.Parsed.GetRequiredValue(from)));
    }

    /// <summary>Every VM there that has a guest: not those that wait for one.</summary>
    internal static string TargetOf(string host) => $"h:{TargetSelector.Quote(host)} and not s:Migrating and not s:Stopped";

    private static Command Build(CommandHost host, Command command, Func<CliContext, string>? target)
    {
        var options = new MigrationOptions();
        options.AddTo(command);
        var verb = new FanOutVerb(OutputFormat.Table, MigrationTable.Write) { Target = target, Progress = ProgressAsync };
        return verb.Build(command, host, hasPrograms: false, (context, selector, members, _) => Task.FromResult(options.Request(context.Parsed, selector, members)));
    }

    private static async Task<(int Done, int Total, string Text)> ProgressAsync(ServerClient server, string job, CancellationToken cancellation) =>
        MigrationTable.Progress((await server.GetAsync($"v1/migrations?job={Uri.EscapeDataString(job)}", cancellation)).Items());
}
