using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Diagnosis;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>doctor</c>: what is wrong with the server and its VMs, how that shows, and what to do next.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var targets = new TargetOptions();
        var command = new Command("doctor", "Looks for what is wrong with the server, VMs and agents; exit code 4 if it finds something") { format };
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            using var server = context.Connect();
            var examination = new Examination(server, selector);
            var findings = await examination.FindAsync(cancellation);
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, Document(findings), _ => findings.ToList().ForEach(finding => WriteText(context.Out, finding)));
            if (!context.Quiet)
                context.Error.WriteLine(Summary(findings, examination.Vms));
            return findings.Any(finding => finding.Severity != Severity.Note) ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static JsonElement Document(IEnumerable<Finding> findings) => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("items");
        foreach (var finding in findings)
            finding.Document().WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteText(TerminalWriter output, Finding finding)
    {
        TerminalConsole.Write(output, finding.Severity.ToString().ToLowerInvariant(), finding.Severity switch { Severity.Error => Tone.Bad, Severity.Warning => Tone.Warning, _ => Tone.Plain });
        output.WriteLine($" {finding.Check}{(finding.Names.Count > 0 ? $" {OutcomeGroup.HeadingOf(finding.Names)}" : "")}: {finding.Evidence}");
        if (finding.Next is { } next)
            output.WriteLine($"    {next}");
    }

    private static string Summary(IReadOnlyList<Finding> findings, int vms) => string.Create(CultureInfo.InvariantCulture,
        $"{string.Join(", ", Enum.GetValues<Severity>().Select(severity => Counted(findings.Count(finding => finding.Severity == severity), severity.ToString().ToLowerInvariant())))}; {Counted(vms, "VM")} looked at");

    private static string Counted(int number, string word) => string.Create(CultureInfo.InvariantCulture, $"{number} {word}{(number == 1 ? "" : "s")}");
}
