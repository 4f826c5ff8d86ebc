using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>What every store may have to tell, whatever it is made of.</summary>
internal static class StoreFailures
{
    // errno(3)
    private const int NoSpace = 28;
    private const int Quota = 122;

    /// <summary>The callers are faster than the disk.</summary>
    public static JobStoreException TooMuch(int waiting) =>
        new($"too much is waiting for the store: {waiting} calls. Repeat it a little later; if it stays so, the disk is too slow, or something else uses it up");

    /// <summary>Nothing is taken in any more.</summary>
    public static JobStoreException Stopping(Exception? inner = null) => new("the node is stopping", inner);

    /// <summary>A file could not be read or written.</summary>
    public static JobStoreException OfFiles(Exception failure, string directory) => new(failure switch
    {
        IOException { HResult: NoSpace or Quota } => $"the disk is full: nothing can be written below {directory}. Make room there; nothing need be started anew",
        UnauthorizedAccessException => $"{failure.Message} Look at the owner and the mode of {directory}",
        _ => $"{failure.Message} Look at {directory}, the disk and the kernel's log",
    }, failure);
}
