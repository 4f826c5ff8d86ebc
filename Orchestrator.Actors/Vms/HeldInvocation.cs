using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Vms;

/// <summary>An invocation that waits for its VM.</summary>
/// <param name="Invocation">Which.</param>
/// <param name="Until">When it ends if nothing changes.</param>
/// <param name="End">How it ends then.</param>
internal sealed record HeldInvocation(Invocation Invocation, Deadline Until, Verdict End);
