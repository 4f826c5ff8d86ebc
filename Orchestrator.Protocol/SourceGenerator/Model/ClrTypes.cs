using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>The C# types that stand for a schema's types.</summary>
internal sealed class ClrTypes
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly string _namespace;

    /// <param name="schema">Its named types get their names here.</param>
    /// <param name="scope">Names of the namespace.</param>
    /// <param name="namespace">Where the types will be.</param>
    public ClrTypes(QapiSchema schema, NameScope scope, string @namespace)
    {
        _namespace = @namespace;
        foreach (var type in Named(schema))
            _names.Add(type.Name, scope.Claim(Identifier.Pascal(type.Name)));
    }

    /// <summary>The types that the schema itself defines, in a stable order.</summary>
    public static IEnumerable<QapiType> Named(QapiSchema schema) =>
        schema.Types.Values.Where(type => type is not QapiBuiltinType and not { Name: "QType" }).OrderBy(type => type.Name, StringComparer.Ordinal);

    public bool IsNamed(QapiType type) => _names.ContainsKey(type.Name);

    public string NameOf(QapiType type) => _names[type.Name];

    /// <summary>As the type of a value that is there.</summary>
    public string Of(QapiType type, bool isBase64 = false) => type switch
    {
        _ when isBase64 => "ReadOnlyMemory<byte>",
        QapiArrayType array => $"IReadOnlyList<{Of(array.Element)}>",
        QapiBuiltinType { Kind: QapiBuiltinKind.Integer } integer => OfInteger(integer),
        QapiBuiltinType builtin => builtin.Kind switch
        {
            QapiBuiltinKind.String => "string",
            QapiBuiltinKind.Number => "double",
            QapiBuiltinKind.Boolean => "bool",
            QapiBuiltinKind.Null => "QapiNull",
            _ => "JsonElement",
        },
        _ => _names.TryGetValue(type.Name, out var name) ? name : "string",
    };

    /// <summary>An expression that reads a value from <c>reader</c>.</summary>
    public string Read(QapiType type, bool isBase64 = false) => type switch
    {
        _ when isBase64 => "reader.ReadBytes()",
        QapiArrayType array => $"reader.ReadList(static (ref QapiReader reader) => {Read(array.Element)})",
        QapiBuiltinType { Kind: QapiBuiltinKind.Integer } integer => ReadInteger(Of(integer)),
        QapiBuiltinType builtin => builtin.Kind switch
        {
            QapiBuiltinKind.String => "reader.ReadString()",
            QapiBuiltinKind.Number => "reader.ReadDouble()",
            QapiBuiltinKind.Boolean => "reader.ReadBoolean()",
            QapiBuiltinKind.Null => "reader.ReadNull()",
            _ => "reader.ReadAny()",
        },
        QapiEnumType when IsNamed(type) => $"new {NameOf(type)}(reader.ReadString())",
        _ => IsNamed(type) ? $"{Qualified(type)}.Read(ref reader)" : "reader.ReadString()",
    };

    /// <summary>As a part of an expression, where a property of the same name would come first.</summary>
    public string Qualified(QapiType type) => $"global::{_namespace}.{NameOf(type)}";

    /// <summary>Statements that write a value to <c>writer</c>.</summary>
    public IEnumerable<string> Write(QapiType type, bool isBase64, string value) => type switch
    {
        _ when isBase64 => [$"writer.WriteBase64StringValue({value}.Span);"],
        QapiArrayType array =>
        [
            "writer.WriteStartArray();",
            $"foreach (var element in {value})",
            .. Write(array.Element, false, "element").Select(line => "    " + line),
            "writer.WriteEndArray();",
        ],
        QapiBuiltinType builtin => builtin.Kind switch
        {
            QapiBuiltinKind.String => [$"writer.WriteStringValue({value});"],
            QapiBuiltinKind.Number or QapiBuiltinKind.Integer => [$"writer.WriteNumberValue({value});"],
            QapiBuiltinKind.Boolean => [$"writer.WriteBooleanValue({value});"],
            QapiBuiltinKind.Null => ["writer.WriteNullValue();"],
            _ => [$"{value}.WriteTo(writer);"],
        },
        QapiEnumType when IsNamed(type) => [$"writer.WriteStringValue({value}.Value);"],
        _ => IsNamed(type) ? [$"{value}.Write(writer);"] : [$"writer.WriteStringValue({value});"],
    };

    private static string OfInteger(QapiBuiltinType type) => (type.Minimum, type.Maximum) switch
    {
        (0, byte.MaxValue) => "byte",
        (0, ushort.MaxValue) => "ushort",
        (0, uint.MaxValue) => "uint",
        (0, _) => "ulong",
        (sbyte.MinValue, _) => "sbyte",
        (short.MinValue, _) => "short",
        (int.MinValue, _) => "int",
        _ => "long",
    };

    private static string ReadInteger(string type) => type switch
    {
        "long" => "reader.ReadInt64()",
        "ulong" => "reader.ReadUInt64()",
        "byte" or "ushort" or "uint" => $"({type})reader.ReadUInt64({type}.MaxValue)",
        _ => $"({type})reader.ReadInt64({type}.MinValue, {type}.MaxValue)",
    };
}
