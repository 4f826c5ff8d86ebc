using System.CommandLine;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>serve</c>: this program as the server. What it does is given from outside, so that the client needs nothing of it.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandHost host, Func<ServeOptions, CancellationToken, Task<int>> serve)
    {
        var config = new Option<string?>("--config", "-c") { Description = "Configuration file", HelpName = "FILE" };
        var directory = new Option<string?>("--vm-dir") { Description = "Directory of VMs to manage", HelpName = "DIR" };
        var data = new Option<string?>("--data") { Description = "Directory for what must outlive the process [default: the user's own]", HelpName = "DIR" };
        var store = new Option<string?>("--store") { Description = "PostgreSQL that keeps the jobs, as postgres://USER@HOST/DATABASE [default: the node's own directory]", HelpName = "ADDRESS" };
        var logFormat = new Option<string?>("--log-format") { Description = "How the log is written to standard error: text, or json for programs [default: text]", HelpName = "FORMAT" };
        logFormat.AcceptOnlyFromAmong(LogFormat.Text, LogFormat.Json);
        var listen = new Option<string[]>("--listen")
        {
            Description = "Where to listen: unix:PATH, PATH or http://HOST:PORT; may be repeated [default: the user's own socket]",
            HelpName = "ENDPOINT",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        var command = new Command("serve", "Runs the server") { config, directory, data, store, listen, logFormat };
        host.Handle(command, (context, cancellation) => serve(
            new ServeOptions
            {
                Config = context.Parsed.GetValue(config),
                VmDir = context.Parsed.GetValue(directory),
                Data = context.Parsed.GetValue(data),
                Store = context.Parsed.GetValue(store),
                LogFormat = context.Parsed.GetValue(logFormat),
                Listen = context.Parsed.GetValue(listen) ?? [],
            },
            cancellation), isTraced: false);
        return command;
    }
}
