using Orchestrator.TestKit.Clustering.Switching;

namespace Orchestrator.TestKit.Clustering;

/// <summary>Does something inside another network namespace: what is opened there stays there.</summary>
internal static class NetworkNamespace
{
    /// <summary>Calls a function on a thread of its own, which is in the namespace.</summary>
    /// <param name="path">Such as <c>/run/netns/NAME</c>.</param>
    /// <param name="function">Must not wait: opens a socket or a device.</param>
    /// <exception cref="IOException">The system refuses; the message has its reason.</exception>
    public static Task<T> CallAsync<T>(string path, Func<T> function)
    {
        // A namespace is a thread's: one that is the pool's would take it along to other work.
        var called = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                Enter(path);
                called.SetResult(function());
            }
            catch (Exception error)
            {
                called.SetException(error);
            }
        })
        { IsBackground = true, Name = "network namespace" }.Start();
        return called.Task;
    }

    private static void Enter(string path)
    {
        var place = LinuxCalls.Succeeds(LinuxCalls.Open(path, LinuxCalls.CloseOnExec), $"opening {path}");
        try
        {
            LinuxCalls.Succeeds(LinuxCalls.EnterNamespace(place, LinuxCalls.NewNetwork), $"entering {path}");
        }
        finally
        {
            _ = LinuxCalls.Close(place);
        }
    }
}
