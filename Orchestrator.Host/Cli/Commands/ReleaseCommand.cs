using System.CommandLine;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>vm release</c>: ends the quarantine of one guest by name, or of those among the targets that are quarantined.</summary>
internal static class ReleaseCommand
{
    private const string OnlyQuarantined = "s:agent=Quarantined";

    public static Command Create(CommandHost host)
    {
        var vm = new Argument<string?>("vm") { Description = "Name or UUID", HelpName = "VM", Arity = ArgumentArity.ZeroOrOne };
        vm.CompletionSources.Add(_ => host.Names.Vms());
        var targets = new TargetOptions();
        var command = new Command("release", "Ends the quarantine of guests: their agents' channels are opened again") { vm };
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            using var server = context.Connect();
            foreach (var name in await NamesAsync(context.Parsed.GetValue(vm), selector, server, cancellation))
            {
                var released = await server.PostAsync($"v1/vms/{Uri.EscapeDataString(name)}:release", null, cancellation);
                context.Out.WriteLine($"{released.Text("name")}: released");
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(string? vm, string? selector, ServerClient server, CancellationToken cancellation)
    {
        if (vm is null == selector is null)
            throw CliException.Usage("which VMs? Give a name, or -t SELECTOR, or --all for every VM that is quarantined");
        if (vm is not null)
            return [vm];
        var found = await server.GetAsync(Query.Path("v1/vms", ("target", $"({selector}) and {OnlyQuarantined}")), cancellation);
        string[] names = [.. found.Items().Select(item => item.Text("id") ?? item.Text("name")).OfType<string>()];
        return names.Length > 0 ? names : throw new CliException(ExitCodes.NoTargets, "no guest among these VMs is quarantined: 'orchestrator vm ls' shows their agents");
    }
}
