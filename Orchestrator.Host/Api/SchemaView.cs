using System.Text.Json.Serialization;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Api;

/// <summary>The names of the guest namespace, each list in order.</summary>
/// <param name="Items">Commands.</param>
/// <param name="Events">Events.</param>
/// <param name="Types">Types that commands and events use; without those of the language itself.</param>
public sealed record SchemaNamesView(IReadOnlyList<string> Items, IReadOnlyList<string> Events, IReadOnlyList<string> Types)
{
    /// <summary>From the schema.</summary>
    public static SchemaNamesView Of(QapiSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new SchemaNamesView(
            Ordered(schema.Commands.Keys), Ordered(schema.Events.Keys), Ordered(schema.Types.Values.Where(type => type is not QapiBuiltinType).Select(type => type.Name)));
    }

    private static string[] Ordered(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}

/// <summary>A command, an event or a type of the guest namespace as the API shows it (docs/API.md).</summary>
public sealed record SchemaView
{
    /// <summary>As on the wire.</summary>
    public required string Name { get; init; }

    /// <summary><c>command</c>, <c>event</c>, <c>struct</c>, <c>union</c>, <c>enum</c> or <c>alternate</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Of a command.</summary>
    public IReadOnlyList<MemberView>? Arguments { get; init; }

    /// <summary>Of a struct, a union or an event's <c>data</c>; of an alternate, its choices.</summary>
    public IReadOnlyList<MemberView>? Members { get; init; }

    /// <summary>Of an enum.</summary>
    public IReadOnlyList<ValueView>? Values { get; init; }

    /// <summary>Of a union: the member whose value selects one of <see cref="Branches"/>.</summary>
    public string? Discriminator { get; init; }

    /// <summary>Of a union: by value of the discriminator, the type whose members are added.</summary>
    public IReadOnlyDictionary<string, string>? Branches { get; init; }

    /// <summary>Type of a command's answer.</summary>
    public string? Returns { get; init; }

    /// <summary>Of a command.</summary>
    public CommandClass? Class { get; init; }

    /// <summary>Features of the definition.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>The first version that has it.</summary>
    public string? Since { get; init; }

    /// <summary>What it means; what a command returns and when it fails stand behind it.</summary>
    public required string Documentation { get; init; }

    /// <summary>From the schema.</summary>
    public static SchemaView Of(QapiCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Of(command.Name, "command", command.Documentation, command.Features) with
        {
            Arguments = MemberView.Of(command.Arguments),
            Discriminator = command.ArgumentsType.Discriminator?.Name,
            Branches = BranchesOf(command.ArgumentsType),
            Returns = command.Returns?.DisplayName,
            Class = command.Class,
        };
    }

    /// <summary>From the schema.</summary>
    public static SchemaView Of(QapiEvent happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        return Of(happening.Name, "event", happening.Documentation, happening.Features) with
        {
            Members = MemberView.Of(happening.Data),
            Discriminator = happening.DataType.Discriminator?.Name,
            Branches = BranchesOf(happening.DataType),
        };
    }

    /// <summary>From the schema; not for built-in types and arrays.</summary>
    public static SchemaView Of(QapiType type) => type switch
    {
        QapiEnumType values => Of(type, "enum") with { Values = [.. values.Values.Select(value => new ValueView(value.Name, value.Documentation))] },
        QapiAlternateType choices => Of(type, "alternate") with
        {
            Members = [.. choices.Branches.Select(branch => new MemberView(branch.Name, branch.Type.DisplayName, Optional: false, Base64: false, branch.Documentation))],
        },
        QapiObjectType @object => Of(type, @object.Discriminator is null ? "struct" : "union") with
        {
            Members = MemberView.Of(@object.Members),
            Discriminator = @object.Discriminator?.Name,
            Branches = BranchesOf(@object),
        },
        _ => throw new ArgumentException($"the type '{type}' has no definition", nameof(type)),
    };

    private static SchemaView Of(QapiType type, string kind) => Of(type.Name, kind, type.Documentation, type.Features);

    private static SchemaView Of(string name, string kind, QapiDocumentation documentation, IReadOnlyList<string> features) => new()
    {
        Name = name,
        Kind = kind,
        Features = features.Count == 0 ? null : features,
        Since = documentation.Since,
        Documentation = string.Join("\n\n", new[] { documentation.Text, Titled("Returns", documentation.Returns), Titled("Errors", documentation.Errors) }.Where(text => !string.IsNullOrEmpty(text))),
    };

    private static string? Titled(string title, string? text) => text is null ? null : $"{title}: {text}";

    private static Dictionary<string, string>? BranchesOf(QapiObjectType type) =>
        type.Discriminator is null ? null : type.Branches.OrderBy(branch => branch.Key, StringComparer.Ordinal).ToDictionary(branch => branch.Key, branch => branch.Value.Name);
}

/// <summary>An argument of a command, or a member of an object.</summary>
/// <param name="Name">As on the wire.</param>
/// <param name="Type">QAPI type; in words where QEMU hides its name.</param>
/// <param name="Optional">May be absent.</param>
/// <param name="Base64">Bytes in base64.</param>
/// <param name="Documentation">What it means.</param>
public sealed record MemberView(string Name, string Type, bool Optional, [property: JsonPropertyName("base64")] bool Base64, string? Documentation)
{
    internal static MemberView[] Of(IReadOnlyList<QapiMember> members) =>
        [.. members.Select(member => new MemberView(member.Name, member.Type.DisplayName, member.Optional, member.IsBase64, member.Documentation))];
}

/// <summary>A value of an enum.</summary>
/// <param name="Name">As on the wire.</param>
/// <param name="Documentation">What it means.</param>
public sealed record ValueView(string Name, string? Documentation);
