using System.CommandLine;
using System.Globalization;
using System.Net;
using Orchestrator.Host.Emulation;
using Orchestrator.Host.Emulation.Agent.Programs;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>emulate</c>: a fleet to try the program with. Nothing of the server or of another command is needed for it.</summary>
internal sealed class EmulateCommand
{
    private const int MostPorts = 65_536;
    private const double MostEvents = 1_000_000;

    private readonly Option<int> _vms = new("--vms") { Description = $"How many, 1 to {EmulationOptions.MostVms}", HelpName = "N", Required = true };
    private readonly Option<string> _directory = new("--dir") { Description = "Where each VM gets a directory with qmp.sock and qga.sock, for --vm-dir of serve", HelpName = "DIR", Required = true };
    private readonly Option<string> _prefix = new("--prefix") { Description = "Names: PREFIX and a number", HelpName = "PREFIX", DefaultValueFactory = _ => "vm" };
    private readonly Option<int> _seed = new("--seed") { Description = "The same seed and names, the same UUIDs, guests and chaos", HelpName = "N" };
    private readonly Option<TimeSpan?> _latency = Durations.Option("--latency", "How long an agent takes for an answer [default: none]");
    private readonly Option<string?> _chaos = new("--chaos") { Description = $"What goes wrong, in % of the VMs (cut: of the commands): {Chaos.Form}", HelpName = "LIST" };
    private readonly Option<double> _events = new("--events") { Description = "Events a second, of all VMs together", HelpName = "RATE" };
    private readonly Option<string?> _tcp = new("--tcp") { Description = "Listen on this port and those behind it, two for each VM, instead; DIR gets a vms.yaml for --config of serve", HelpName = "ADDR:PORT" };

    public static Command Create(CommandHost host)
    {
        var emulate = new EmulateCommand();
        var command = new Command(
            "emulate",
            "Emulates a fleet to try this program with. The sockets and protocols are real; behind them are no machines and no guests, only scripts: "
            + $"nothing is executed, files are kept in memory, and a guest has these programs: {string.Join(", ", ScriptedPrograms.Names)}")
        {
            emulate._vms, emulate._directory, emulate._prefix, emulate._seed, emulate._latency, emulate._chaos, emulate._events, emulate._tcp,
        };
        host.Handle(command, emulate.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CliContext context, CancellationToken cancellation)
    {
        var options = Options(context.Parsed);
        try
        {
            using var emulator = Emulator.Start(options, context.Environment.Time);
            if (!context.Quiet)
                context.Out.WriteLine($"{options.Vms} emulated VMs, no machine runs. Manage them with: orchestrator serve {(emulator.Configuration is { } file ? $"--config {file}" : $"--vm-dir {options.Directory}")}");
            context.Out.Flush();
            await Task.Factory.StartNew(() => emulator.Run(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return ExitCodes.Ok;
        }
        catch (EmulationException error)
        {
            throw new CliException(ExitCodes.Error, error.Message);
        }
    }

    private EmulationOptions Options(ParseResult parsed)
    {
        var vms = parsed.GetValue(_vms);
        if (vms is < 1 or > EmulationOptions.MostVms)
            throw CliException.Usage($"--vms {vms}: must be from 1 to {EmulationOptions.MostVms}");
        var prefix = parsed.GetValue(_prefix)!;
        if (prefix.Length == 0 || !char.IsAsciiLetterOrDigit(prefix[0]) || prefix.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.')))
            throw CliException.Usage($"--prefix '{prefix}': letters, digits, '-', '_' and '.', the first a letter or digit");
        var events = parsed.GetValue(_events);
        if (!(events is >= 0 and <= MostEvents))
            throw CliException.Usage(string.Create(CultureInfo.InvariantCulture, $"--events {events}: must be from 0 to {MostEvents}"));
        return new EmulationOptions
        {
            Vms = vms,
            Directory = Path.GetFullPath(parsed.GetValue(_directory)!),
            Prefix = prefix,
            Seed = parsed.GetValue(_seed),
            Latency = parsed.GetValue(_latency) ?? TimeSpan.Zero,
            Chaos = ChaosOf(parsed.GetValue(_chaos)),
            EventsPerSecond = events,
            Tcp = TcpOf(parsed.GetValue(_tcp), vms),
        };
    }

    private static Chaos ChaosOf(string? text)
    {
        try
        {
            return text is null ? Chaos.None : Chaos.Parse(text);
        }
        catch (FormatException error)
        {
            throw CliException.Usage($"--chaos {text}: {error.Message}");
        }
    }

    private static IPEndPoint? TcpOf(string? text, int vms)
    {
        if (text is null)
            return null;
        if (!IPEndPoint.TryParse(text, out var first) || first.Port == 0)
            throw CliException.Usage($"--tcp {text}: write ADDR:PORT, such as 127.0.0.1:20000");
        return first.Port + (2 * vms) <= MostPorts ? first : throw CliException.Usage($"--tcp {text}: {vms} VMs need {2 * vms} ports, and there are {MostPorts - first.Port} from {first.Port} on");
    }
}
