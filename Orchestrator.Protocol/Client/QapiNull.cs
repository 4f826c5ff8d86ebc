namespace Orchestrator.Protocol.Client;

/// <summary>The schema's type <c>null</c>, which has one value.</summary>
public readonly record struct QapiNull;
