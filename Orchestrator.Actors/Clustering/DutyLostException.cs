using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.Clustering;

/// <summary>A write came from a node that has lost its duty: nothing was written, and nothing may be sent.</summary>
public sealed class DutyLostException(string message) : JobStoreException(message);
