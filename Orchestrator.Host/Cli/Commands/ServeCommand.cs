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
        var listen = new Option<string[]>("--listen")
        {
            Description = "Where to listen: unix:PATH, PATH or http://HOST:PORT; may be repeated [default: the user's own socket]",
            HelpName = "ENDPOINT",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        var command = new Command("serve", "Runs the server") { config, directory, data, store, listen };
        host.Handle(command, (context, cancellation) => serve(
            new ServeOptions
            {
                Config = context.Parsed.GetValue(config),
                VmDir = context.Parsed.GetValue(directory),
                Data = context.Parsed.GetValue(data),
                Store = context.Parsed.GetValue(store),
                Listen = context.Parsed.GetValue(listen) ?? [],
            },
            cancellation));
        return command;
    }
}
