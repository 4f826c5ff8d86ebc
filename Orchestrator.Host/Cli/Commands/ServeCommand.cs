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
        var node = new Option<string?>("--node") { Description = "Name of this node and of its VmHost [default: the machine's name]", HelpName = "NAME" };
        var clusterListen = new Option<string?>("--cluster-listen") { Description = "Where the other nodes of a cluster reach this one; its API for them is at the next port", HelpName = "HOST:PORT" };
        var join = new Option<string[]>("--join") { Description = "A node of the cluster to join; may be repeated", HelpName = "HOST:PORT", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        var role = new Option<string[]>("--role") { Description = "What the node does in its cluster: vmhost or gateway; may be repeated [default: both]", HelpName = "ROLE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        var command = new Command("serve", "Runs the server") { config, directory, data, store, listen, node, clusterListen, join, role, logFormat };
        host.Handle(command, (context, cancellation) => serve(
            new ServeOptions
            {
                Config = context.Parsed.GetValue(config),
                VmDir = context.Parsed.GetValue(directory),
                Data = context.Parsed.GetValue(data),
                Store = context.Parsed.GetValue(store),
                LogFormat = context.Parsed.GetValue(logFormat),
                Listen = context.Parsed.GetValue(listen) ?? [],
                Node = context.Parsed.GetValue(node),
                ClusterListen = context.Parsed.GetValue(clusterListen),
                Join = context.Parsed.GetValue(join) ?? [],
                Roles = context.Parsed.GetValue(role) ?? [],
            },
            cancellation), isTraced: false);
        return command;
    }
}
