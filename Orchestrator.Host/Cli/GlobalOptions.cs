using System.CommandLine;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public const string ServerVariable = "ORCHESTRATOR_SERVER";

    public Option<string?> Server { get; } = new("--server")
    {
        Description = $"The server: http://HOST:PORT, unix:PATH or PATH [default: ${ServerVariable}, else the user's own socket]",
        HelpName = "ENDPOINT",
        Recursive = true,
    };

    public Option<bool> NoColor { get; } = new("--no-color") { Arity = ArgumentArity.Zero, Description = "No colours (also: NO_COLOR)", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Arity = ArgumentArity.Zero, Description = "Only results and errors: no progress, no summary", Recursive = true };

    /// <summary>The server asked for, or the one that the environment names, or the user's own socket.</summary>
    /// <exception cref="CliException">What is named is no endpoint.</exception>
    public ServerEndpoint Endpoint(ParseResult parsed, CliEnvironment environment)
    {
        if (parsed.GetValue(Server) is { } given)
            return ServerEndpoint.Parse(given);
        return environment.Variable(ServerVariable) is { Length: > 0 } variable
            ? ServerEndpoint.Parse(variable)
            : new ServerEndpoint(new Uri("http://localhost/"), environment.DefaultSocket);
    }
}
