namespace Orchestrator.Host.Clustering.Certificates;

/// <summary>A certificate or key cannot be made, written, read or used; the message says which file, why, and what to do.</summary>
internal sealed class CertificateException(string message) : Exception(message);
