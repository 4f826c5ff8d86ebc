using System.Text.Json;

namespace Orchestrator.Host.Cli.Connection;

/// <summary>Reads members of answers: one that is absent or of another kind is <see langword="null"/>, never an exception.</summary>
internal static class JsonMembers
{
    public static JsonElement? Member(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    public static string? Text(this JsonElement value, string name) =>
        value.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    public static double? Number(this JsonElement value, string name) =>
        value.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetDouble(out var number) ? number : null;

    public static bool IsTrue(this JsonElement value, string name) => value.Member(name) is { ValueKind: JsonValueKind.True };

    /// <summary>The elements of an array member, none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement value, string name = "items") =>
        value.Member(name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : [];
}
