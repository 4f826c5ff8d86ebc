using System.Text.Json;

namespace Orchestrator.Protocol.Qapi;

/// <summary>A JSON array whose elements are all of one type.</summary>
public sealed class QapiArrayType : QapiType
{
    internal QapiArrayType(QapiType element)
        : base($"[{element.Name}]") => Element = element;

    /// <summary>The type of each element; never an array.</summary>
    public QapiType Element { get; }

    internal override bool Accepts(JsonTokenType token) => token is JsonTokenType.StartArray;
}
