using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Copies;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>cp FILE SELECTOR:/path</c> and <c>cp SELECTOR:/path FILE</c>: files into guests and out of them.</summary>
internal sealed class CopyCommand
{
    private const string Standard = "-";

    private readonly Argument<string> _source = new("source") { Description = "A local file or SELECTOR:/path; - for standard input", HelpName = "SOURCE" };
    private readonly Argument<string> _destination = new("destination") { Description = "SELECTOR:/path, or a local file or directory; - for standard output", HelpName = "DESTINATION" };
    private readonly Option<bool> _append = new("--append") { Arity = ArgumentArity.Zero, Description = "Behind what the guest's file has, instead of in its place" };
    private readonly Option<int> _concurrency = new("--max-concurrency", "-f") { Description = "Transfers at a time", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<TimeSpan?> _timeout = Durations.Option("--timeout", "How long each VM's transfer may take [default: 24h]");
    private readonly Option<string> _format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);

    public static Command Create(CommandHost host)
    {
        var copy = new CopyCommand();
        var command = new Command("cp", "Copies files into guests and out of them") { copy._source, copy._destination, copy._append, copy._concurrency, copy._timeout, copy._format };
        host.Handle(command, copy.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CliContext context, CancellationToken cancellation)
    {
        var (source, destination) = (context.Parsed.GetRequiredValue(_source), context.Parsed.GetRequiredValue(_destination));
        var concurrency = context.Parsed.GetValue(_concurrency);
        if (concurrency < 1)
            throw CliException.Usage("--max-concurrency must be at least 1");
        using var server = context.Connect(Timeout.InfiniteTimeSpan);
        return (RemotePath.Of(source), RemotePath.Of(destination)) switch
        {
            (null, { } to) => await CopyAsync(context, server, to, vms => Push(context, source, to, vms), concurrency, cancellation),
            ({ } from, null) => await CopyAsync(context, server, from, vms => Pull(context, from, destination, vms), concurrency, cancellation),
            _ => throw CliException.Usage("exactly one of source and destination is in guests: write SELECTOR:/path for it"),
        };
    }

    private delegate Task<OutcomeView> Transfer(CopyTarget target, CancellationToken cancellation);

    private async Task<int> CopyAsync(CliContext context, ServerClient server, RemotePath remote, Func<int, Transfer> begin, int concurrency, CancellationToken cancellation)
    {
        JsonElement[] vms = [.. (await server.GetAsync(Query.Path("v1/vms", ("target", remote.Selector)), cancellation)).Items()];
        if (vms.Length == 0)
            throw new CliException(ExitCodes.NoTargets, $"the selector '{remote.Selector}' matches no VM: 'orchestrator vm ls' shows them");
        var transfer = begin(vms.Length);
        var display = new JobProgress(context.Error, context.Error.IsTerminal && !context.Quiet, context.Environment.Time);
        var progress = new CopyProgress(display, vms.Length);
        var outcomes = new OutcomeView[vms.Length];
        try
        {
            await Parallel.ForAsync(0, vms.Length, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (at, stop) =>
                outcomes[at] = await transfer(new CopyTarget(server, vms[at], context.Parsed.GetValue(_timeout), progress), stop));
        }
        finally
        {
            await display.ClearAsync();
        }
        return Report(context, outcomes);
    }

    private Transfer Push(CliContext context, string source, RemotePath to, int vms)
    {
        var append = context.Parsed.GetValue(_append);
        if (source != Standard)
        {
            // What is wrong with it is no VM's outcome.
            Open(source).Dispose();
            return (target, stop) => target.PushAsync(() => Open(source), to.PathFor(source), append, stop);
        }
        if (vms > 1)
            throw CliException.Usage($"standard input is there once, and '{to.Selector}' matches {vms} VMs: give a file");
        return (target, stop) => target.PushAsync(context.Environment.TakeInput, to.Path, append, stop);
    }

    private static Transfer Pull(CliContext context, RemotePath from, string destination, int vms)
    {
        var isDirectory = destination.EndsWith('/') || Directory.Exists(destination);
        if (vms > 1 && !isDirectory)
            throw CliException.Usage($"'{from.Selector}' matches {vms} VMs, and '{destination}' is one file: name a directory");
        if (destination == Standard)
            return (target, stop) => target.PullAsync(from.Path, context.Environment.OpenOutput(), stop);
        if (isDirectory && from.FileName.Length == 0)
            throw CliException.Usage($"'{from.Path}' names a directory: only files are copied");
        if (isDirectory)
            Directory.CreateDirectory(destination);
        return (target, stop) => target.PullAsync(from.Path, from.LocalPath(destination, isDirectory, target.Name), stop);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"cannot read '{path}': {error.Message}");
        }
    }

    private int Report(CliContext context, IReadOnlyList<OutcomeView> outcomes)
    {
        var tally = new JobTally();
        foreach (var outcome in outcomes)
            tally.Add(outcome);
        var output = context.Parsed.GetRequiredValue(_destination) == Standard ? context.Error : context.Out;
        var items = JsonText.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            foreach (var outcome in outcomes)
                outcome.Json.WriteTo(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        Listing.Write(output, context.Parsed.GetValue(_format)!, items, _ => OutcomeTables.Copies(output, outcomes));
        return tally.ExitCode();
    }
}
