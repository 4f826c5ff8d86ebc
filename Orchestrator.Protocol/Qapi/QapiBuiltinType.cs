using System.Collections.Frozen;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi;

/// <summary>The JSON form of a built-in type.</summary>
public enum QapiBuiltinKind
{
    /// <summary>A string.</summary>
    String,

    /// <summary>An integer between <see cref="QapiBuiltinType.Minimum"/> and <see cref="QapiBuiltinType.Maximum"/>.</summary>
    Integer,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Only null.</summary>
    Null,

    /// <summary>Any JSON value.</summary>
    Any,
}

/// <summary>A type of the schema language itself (https://www.qemu.org/docs/master/devel/qapi-code-gen.html#built-in-types).</summary>
public sealed class QapiBuiltinType : QapiType
{
    private QapiBuiltinType(string name, QapiBuiltinKind kind, long minimum = 0, ulong maximum = 0)
        : base(name)
    {
        Kind = kind;
        Minimum = minimum;
        Maximum = maximum;
    }

    /// <summary>Its JSON form.</summary>
    public QapiBuiltinKind Kind { get; }

    /// <summary>Smallest value of an integer type.</summary>
    public long Minimum { get; }

    /// <summary>Largest value of an integer type.</summary>
    public ulong Maximum { get; }

    /// <summary>By name: <c>str number int int8…int64 uint8…uint64 size bool null any</c>. (<c>QType</c> is an enum.)</summary>
    internal static FrozenDictionary<string, QapiBuiltinType> All { get; } = new QapiBuiltinType[]
    {
        new("str", QapiBuiltinKind.String),
        new("number", QapiBuiltinKind.Number),
        new("int", QapiBuiltinKind.Integer, long.MinValue, long.MaxValue),
        new("int8", QapiBuiltinKind.Integer, sbyte.MinValue, (ulong)sbyte.MaxValue),
        new("int16", QapiBuiltinKind.Integer, short.MinValue, (ulong)short.MaxValue),
        new("int32", QapiBuiltinKind.Integer, int.MinValue, int.MaxValue),
        new("int64", QapiBuiltinKind.Integer, long.MinValue, long.MaxValue),
        new("uint8", QapiBuiltinKind.Integer, 0, byte.MaxValue),
        new("uint16", QapiBuiltinKind.Integer, 0, ushort.MaxValue),
        new("uint32", QapiBuiltinKind.Integer, 0, uint.MaxValue),
        new("uint64", QapiBuiltinKind.Integer, 0, ulong.MaxValue),
        new("size", QapiBuiltinKind.Integer, 0, ulong.MaxValue),
        new("bool", QapiBuiltinKind.Boolean),
        new("null", QapiBuiltinKind.Null),
        new("any", QapiBuiltinKind.Any),
    }.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>A built-in type as QEMU's introspection tells it (<c>JSONType</c>), which hides how wide an integer is.</summary>
    internal static QapiBuiltinType FromJsonType(string name, string jsonType) => jsonType switch
    {
        "string" => new(name, QapiBuiltinKind.String),
        "int" => new(name, QapiBuiltinKind.Integer, long.MinValue, ulong.MaxValue),
        "number" => new(name, QapiBuiltinKind.Number),
        "boolean" => new(name, QapiBuiltinKind.Boolean),
        "null" => new(name, QapiBuiltinKind.Null),
        _ => new(name, QapiBuiltinKind.Any),
    };

    internal override bool Accepts(JsonTokenType token) => Kind switch
    {
        QapiBuiltinKind.String => token is JsonTokenType.String,
        QapiBuiltinKind.Integer or QapiBuiltinKind.Number => token is JsonTokenType.Number,
        QapiBuiltinKind.Boolean => token is JsonTokenType.True or JsonTokenType.False,
        QapiBuiltinKind.Null => token is JsonTokenType.Null,
        _ => true,
    };
}
