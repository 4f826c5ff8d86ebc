using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Emulation;

/// <summary><c>orchestrator emulate</c> in a process of its own, in a directory of its own.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo _root = System.IO.Directory.CreateTempSubdirectory("orc-emu-");

    private EmulatorProcess(int vms, string[] arguments) =>
        Process = OrchestratorProgram.Start(["emulate", "--vms", $"{vms}", "--dir", Directory, .. arguments]);

    public ChildProcess Process { get; }

    /// <summary>For <c>--vm-dir</c>.</summary>
    public string Directory => Path.Combine(_root.FullName, "vms");

    /// <summary>Starts it and returns when every socket listens.</summary>
    public static async Task<EmulatorProcess> StartAsync(int vms, params string[] arguments)
    {
        var emulator = new EmulatorProcess(vms, arguments);
        try
        {
            await Eventually.TrueAsync(
                () =>
                {
                    emulator.Process.ThrowIfExited();
                    return emulator.Process.Output.Contains("no machine runs", StringComparison.Ordinal);
                },
                StartLimit,
                "the emulator listens");
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _root.Delete(recursive: true);
    }
}
