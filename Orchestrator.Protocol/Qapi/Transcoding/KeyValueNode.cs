using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>A value being assembled from pairs: JSON text, an array of JSON texts, or an object of nodes. Becomes one of them at its first use.</summary>
internal sealed class KeyValueNode
{
    private Dictionary<string, KeyValueNode>? _members;
    private List<string>? _elements;
    private string? _json;

    public KeyValueNode Enter(string member, Func<Exception> conflict)
    {
        if (_json is not null || _elements is not null)
            throw conflict();
        _members ??= new Dictionary<string, KeyValueNode>(StringComparer.Ordinal);
        if (!_members.TryGetValue(member, out var node))
            _members.Add(member, node = new KeyValueNode());
        return node;
    }

    public void Append(string json, Func<Exception> conflict)
    {
        if (_json is not null || _members is not null)
            throw conflict();
        (_elements ??= []).Add(json);
    }

    public void Set(string json, Func<Exception> conflict)
    {
        if (_json is not null || _elements is not null || _members is not null)
            throw conflict();
        _json = json;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (_json is not null)
        {
            writer.WriteRawValue(_json);
            return;
        }
        if (_elements is not null)
        {
            writer.WriteStartArray();
            _elements.ForEach(element => writer.WriteRawValue(element));
            writer.WriteEndArray();
            return;
        }
        writer.WriteStartObject();
        foreach (var (name, node) in _members ?? [])
        {
            writer.WritePropertyName(name);
            node.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
