using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Bench;
using Orchestrator.Bench.Cli;
using Orchestrator.Bench.Events;
using Orchestrator.Bench.Events.Peers;
using Orchestrator.Bench.Fleet;
using Orchestrator.Bench.Fuzz;
using Orchestrator.Bench.Fuzz.Coverage;
using Orchestrator.Bench.Hostile;
using Orchestrator.Bench.Micro;
using Orchestrator.Bench.Migrate;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Single;
using Orchestrator.Bench.Soak;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

try
{
    switch (args)
    {
        case ["fleet", "--help" or "-h", ..]:
            Console.WriteLine(FleetOptions.Usage);
            return 0;
        case ["fleet", .. var options]:
            await FleetCommand.RunAsync(FleetOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["single", "--help" or "-h", ..]:
            Console.WriteLine(SingleOptions.Usage);
            return 0;
        case ["single", .. var options]:
            await SingleCommand.RunAsync(SingleOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["hostile", "--help" or "-h", ..]:
            Console.WriteLine(HostileOptions.Usage);
            return 0;
        case ["hostile", .. var options]:
            await HostileCommand.RunAsync(HostileOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["events", "--help" or "-h", ..]:
            Console.WriteLine(EventsOptions.Usage);
            return 0;
        case ["events", .. var options]:
            await EventsCommand.RunAsync(EventsOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["scale", "--help" or "-h", ..]:
            Console.WriteLine(ScaleOptions.Usage);
            return 0;
        case ["scale", .. var options]:
            await ScaleCommand.RunAsync(ScaleOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["migrate", "--help" or "-h", ..]:
            Console.WriteLine(MigrateOptions.Usage);
            return 0;
        case ["migrate", .. var options]:
            await MigrateCommand.RunAsync(MigrateOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["micro", "--help" or "-h", ..]:
            Console.WriteLine(MicroOptions.Usage);
            return 0;
        case ["micro", .. var options]:
            await MicroCommand.RunAsync(MicroOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["soak", "--help" or "-h", ..]:
            Console.WriteLine(SoakOptions.Usage);
            return 0;
        case ["soak", .. var options]:
            await SoakCommand.RunAsync(SoakOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case ["cli", "--help" or "-h", ..]:
            Console.WriteLine(CliOptions.Usage);
            return 0;
        case ["cli", .. var options]:
            await CliCommand.RunAsync(CliOptions.Parse(options), Console.Out, stop.Token);
            return 0;
        case [MonitorProgram.Verb, var directory, var vms, var control]:
            await MonitorProgram.RunAsync(directory, int.Parse(vms, CultureInfo.InvariantCulture), control, TimeProvider.System, stop.Token);
            return 0;
        case ["fuzz", "--help" or "-h", ..]:
            Console.WriteLine(FuzzOptions.Usage);
            return 0;
        case [CoverageChild.Verb, var target]:
            CoverageChild.Run(target);
            return 0;
        case ["fuzz", .. var arguments]:
            var fuzz = FuzzOptions.Parse(arguments);
            if (fuzz.Coverage)
                await CoverageCommand.RunAsync(fuzz, Console.Out, stop.Token);
            else
                FuzzCommand.Run(fuzz, Console.Out, TimeProvider.System, stop.Token);
            return 0;
        default:
            throw new BenchException($"which benchmark? {FleetOptions.Usage}\n{SingleOptions.Usage}\n{HostileOptions.Usage}\n{EventsOptions.Usage}\n{ScaleOptions.Usage}\n{MigrateOptions.Usage}\n{MicroOptions.Usage}\n{SoakOptions.Usage}\n{CliOptions.Usage}\n{FuzzOptions.Usage}", BenchException.UsageError);
    }
}
catch (Exception) when (stop.IsCancellationRequested)
{
    // A terminal interrupts the children too, so what ends the run may be any child's end.
    Console.Error.WriteLine("bench: stopped; every process it had started has been ended");
    return 130;
}
catch (BenchException failure)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return failure.ExitCode;
}

// The default action would end this process at once and leave thousands of peers behind.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
