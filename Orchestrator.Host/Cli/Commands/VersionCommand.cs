using System.CommandLine;
using System.Reflection;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>version</c>: of this program and of the server it would talk to.</summary>
internal static class VersionCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static string Client => typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    public static Command Create(CommandHost host)
    {
        var command = new Command("version", "Shows the versions of client and server");
        host.Handle(command, async (context, cancellation) =>
        {
            context.Out.WriteLine($"client {Client}");
            using var server = context.Connect(Patience);
            context.Out.WriteLine($"server {await ServerVersionAsync(server, cancellation)} at {server.Endpoint}");
            return ExitCodes.Ok;
        });
        return command;
    }

    // A version is also asked for where no server runs yet: that is an answer, not an error.
    private static async Task<string> ServerVersionAsync(ServerClient server, CancellationToken cancellation)
    {
        try
        {
            return (await server.GetAsync("v1/version", cancellation)).Text("version") ?? "unknown";
        }
        catch (CliException)
        {
            return "not reachable";
        }
    }
}
