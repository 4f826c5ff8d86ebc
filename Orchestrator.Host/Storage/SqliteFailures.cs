using Microsoft.Data.Sqlite;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>What SQLite's errors mean for who runs the node.</summary>
internal static class SqliteFailures
{
    // https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NoDatabase = 26;

    /// <summary>What happened, where, and what to do next.</summary>
    public static JobStoreException Explain(Exception failure, string path) => new(failure switch
    {
        SqliteException { SqliteErrorCode: Full } => $"the disk is full: {path} cannot be written. Make room there; nothing need be started anew",
        SqliteException { SqliteErrorCode: Busy or Locked } => $"another program holds a lock on {path}: end it",
        SqliteException { SqliteErrorCode: Corrupt or NoDatabase } => $"{path} is damaged ({failure.Message}): stop the node, then put a copy back, or move the file away to begin with an empty history",
        SqliteException { SqliteErrorCode: ReadOnly or CannotOpen } or UnauthorizedAccessException => $"{path} cannot be opened for writing ({failure.Message}): look at the owner and the mode of its directory",
        SqliteException { SqliteErrorCode: InputOutput } or IOException => $"{path} cannot be read or written ({failure.Message}): look at the disk and the kernel's log",
        _ => $"{path}: {failure.Message}",
    }, failure);
}
