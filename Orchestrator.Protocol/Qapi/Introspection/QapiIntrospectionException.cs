namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>What a QEMU answered to <c>query-qmp-schema</c> is not what QEMU documents. The message names the entry: <c>[17] 'query-block': expected …, found …</c>.</summary>
public sealed class QapiIntrospectionException : Exception
{
    internal QapiIntrospectionException(string place, string expected, string actual)
        : base($"query-qmp-schema, {place}: expected {expected}, found {actual}")
    {
    }
}
