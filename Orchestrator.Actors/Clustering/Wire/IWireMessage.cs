namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>A message that crosses nodes: it has a versioned format in <c>WireFormats</c>.</summary>
public interface IWireMessage;
