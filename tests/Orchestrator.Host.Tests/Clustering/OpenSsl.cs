using Orchestrator.Host.Clustering.Tls;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Another implementation's opinion: the <c>openssl</c> program.</summary>
internal static class OpenSsl
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static string Program => RequiredTool.Find("openssl", "openssl");

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="InvalidOperationException">It ended with an error, which the message has.</exception>
    public static Task<string> RunAsync(params string[] arguments) => ChildProcess.RunAsync(Program, arguments, Limit);

    /// <summary>What it tells of a connection as a node with these files, made with ciphers that nobody should use any more.</summary>
    /// <param name="server">Where to connect.</param>
    /// <param name="version">An option, such as <c>-tls1_2</c>.</param>
    /// <param name="files">The caller's.</param>
    public static async Task<string> ConnectAsync(Uri server, string version, ClusterTlsFiles files)
    {
        // Without input it ends after the handshake.
        await using var process = ChildProcess.Start("/bin/sh", ["-c", "exec \"$@\" </dev/null", "sh", Program, "s_client", "-connect", $"{server.Host}:{server.Port}", version, "-cipher", "ALL:@SECLEVEL=0", "-cert", files.Certificate, "-key", files.Key]);
        await process.ExitedAsync(Limit);
        return process.Output;
    }
}
