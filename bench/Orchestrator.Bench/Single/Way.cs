using Orchestrator.Bench.Single.Callers;

namespace Orchestrator.Bench.Single;

/// <summary>A way to the agent, and what begins a turn of it.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="BeginAsync">Takes the agent; disposing what it returns lets it go.</param>
public sealed record Way(string Name, Func<CancellationToken, Task<ICaller>> BeginAsync)
{
    /// <summary>The socket of the agent itself, which all others are compared with.</summary>
    public const string Bare = "bare";

    /// <summary>The HTTP API, and an equally bare client of it: the server's part.</summary>
    public const string Http = "api, bare client";

    /// <summary>The HTTP API, and .NET's client of it.</summary>
    public const string Api = "api";
}
