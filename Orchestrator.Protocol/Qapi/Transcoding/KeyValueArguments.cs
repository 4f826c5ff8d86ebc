using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>
/// Builds the JSON of <c>name=value</c> pairs. It only decides which JSON a text stands for; whether that fits is checked afterwards,
/// for all ways in alike.
/// </summary>
internal sealed class KeyValueArguments
{
    public const string Root = "arguments";

    private readonly QapiCommand _command;
    private readonly KeyValueNode _tree = new();

    private KeyValueArguments(QapiCommand command) => _command = command;

    public static ReadOnlySpan<byte> ToJson(QapiCommand command, IEnumerable<string> pairs)
    {
        var arguments = new KeyValueArguments(command);
        foreach (var pair in pairs)
            arguments.Add(pair);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
            arguments._tree.WriteTo(writer);
        return output.WrittenSpan;
    }

    private void Add(string pair)
    {
        var equals = pair.IndexOf('=');
        if (equals < 1)
            throw Refuse(Root, "name=value or name:=json", $"'{QapiTypeText.Clip(pair)}'", "Write for example: path=/etc/hostname");
        var isJson = pair[equals - 1] == ':';
        var name = pair[..(isJson ? equals - 1 : equals)];
        var text = pair[(equals + 1)..];
        var (node, type) = Find(name);
        var path = $"{Root}.{name}";
        if (type is QapiArrayType array && !isJson && !text.StartsWith('['))
            node.Append(Literal(array.Element, text, path), () => Twice(path));
        else
            node.Set(isJson ? Json(text, path) : Literal(type, text, path), () => Twice(path));
    }

    /// <summary>Walks <c>outer.inner</c> down the types; a name that itself contains a dot wins. Unknown names are left for the check.</summary>
    private (KeyValueNode Node, QapiType? Type) Find(string name)
    {
        var node = _tree;
        QapiType? type = _command.ArgumentsType;
        for (var rest = name; ;)
        {
            var dot = rest.IndexOf('.');
            var members = (type as QapiObjectType)?.Members ?? [];
            if (dot < 1 || members.Any(member => member.Name == rest))
                return (Enter(node, rest, name), members.FirstOrDefault(member => member.Name == rest)?.Type);
            type = members.FirstOrDefault(member => member.Name == rest[..dot])?.Type;
            node = Enter(node, rest[..dot], name);
            rest = rest[(dot + 1)..];
        }
    }

    private KeyValueNode Enter(KeyValueNode node, string member, string name) => node.Enter(member, () => Twice($"{Root}.{name}"));

    /// <summary>The JSON that a text stands for where this type is wanted; an unknown type takes JSON, else text.</summary>
    private string Literal(QapiType? type, string text, string path) => type switch
    {
        QapiBuiltinType { Kind: QapiBuiltinKind.String } or QapiEnumType => Quote(text),
        QapiBuiltinType { Kind: QapiBuiltinKind.Any } or null => IsJson(text) ? text : Quote(text),
        QapiAlternateType alternate => Literal(alternate, text, path),
        _ => IsJson(text) ? text : throw Refuse(path, QapiTypeText.Of(type), "text that is not", "Use name:=json for JSON"),
    };

    private string Literal(QapiAlternateType type, string text, string path)
    {
        // A branch that takes the text as a name comes first: 'none' is no JSON, but a name may look like some.
        if (type.Branches.Any(branch => branch.Type is QapiEnumType @enum && @enum.Contains(text)))
            return Quote(text);
        if (IsJson(text))
            return text;
        return type.Accepts(JsonTokenType.String) ? Quote(text) : throw Refuse(path, QapiTypeText.Of(type), "text that is not", null);
    }

    private string Json(string text, string path) =>
        IsJson(text) ? text : throw Refuse(path, "JSON after ':='", "text that is not", "Quote strings with \", or use name=value");

    private static bool IsJson(string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        try
        {
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private QapiValidationException Twice(string path) =>
        Refuse(path, "each argument once", "it again", "Only arrays are given element by element");

    private QapiValidationException Refuse(string path, string expected, string actual, string? hint) =>
        new(_command.Name, new QapiViolation(path, expected, actual) { Hint = hint });
}
