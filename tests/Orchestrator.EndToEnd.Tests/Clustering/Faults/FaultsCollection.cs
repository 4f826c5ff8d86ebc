namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>Whole clusters at work: one at a time, and nothing beside them.</summary>
[CollectionDefinition(nameof(FaultsCollection), DisableParallelization = true)]
public sealed class FaultsCollection;
