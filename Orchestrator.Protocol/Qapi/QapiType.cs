using System.Text.Json;
using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Qapi;

/// <summary>A type of a schema. Types refer to each other and may be recursive; compare them by reference.</summary>
public abstract class QapiType
{
    private protected QapiType(string name) => Name = name;

    /// <summary>As the schema writes it; arrays are written <c>[Name]</c>.</summary>
    public string Name { get; }

    /// <summary>The name; of a type whose name QEMU's introspection hides, what a value of it must be, in words.</summary>
    public string DisplayName => IsMasked || this is QapiArrayType { Element.IsMasked: true } ? QapiTypeText.Of(this) : Name;

    /// <summary>Empty for built-in types and arrays.</summary>
    public QapiDocumentation Documentation { get; internal init; } = QapiDocumentation.None;

    /// <summary>On which builds the type exists; null for everywhere.</summary>
    public QapiCondition? Condition { get; internal init; }

    /// <summary>Names of the features of the type itself.</summary>
    public IReadOnlyList<string> Features { get; internal init; } = [];

    /// <summary>The name is a number that QEMU's introspection put in place of the real one: it tells nobody anything.</summary>
    internal bool IsMasked => Name is [>= '0' and <= '9', ..];

    /// <summary>Whether a JSON value that starts with this token can be of this type at all.</summary>
    internal abstract bool Accepts(JsonTokenType token);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
