using System.Runtime.CompilerServices;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host;

/// <summary>Joins the command line to the server. Nothing of the server is loaded unless it is asked to serve.</summary>
internal static class ServeVerb
{
    public static async Task<int> RunAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await ServeAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (ServeException e)
        {
            throw new CliException(ExitCodes.Error, e.Message);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> ServeAsync(ServeOptions options, CancellationToken cancellationToken) => Server.RunAsync(options, cancellationToken);
}
