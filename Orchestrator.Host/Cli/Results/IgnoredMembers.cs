using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Members that do not count when results are compared. A path that is a name alone means members of that name at any depth.</summary>
internal sealed class IgnoredMembers(IEnumerable<MemberPath> paths)
{
    private readonly MemberPath[] _anywhere = [.. paths.Where(path => path.OnlyName is not null)];
    private readonly MemberPath[] _placed = [.. paths.Where(path => path.OnlyName is null)];

    public static readonly IgnoredMembers None = new([]);

    /// <summary>Those that always vary in answers to a command, and those of <c>--ignore</c>.</summary>
    public static IgnoredMembers Of(string? command, IEnumerable<string> asked) => new([.. VolatileMembers.Of(command).Concat(asked).Distinct(StringComparer.Ordinal).Select(MemberPath.Parse)]);

    /// <summary>The value without them, and which of them were there.</summary>
    /// <returns><see langword="null"/> in the place of a value that is ignored as a whole.</returns>
    public (JsonElement? Value, IReadOnlyList<string> Left) Strip(JsonElement value)
    {
        var left = new SortedSet<string>(StringComparer.Ordinal);
        if (_placed.FirstOrDefault(path => path.Steps.Count == 0) is { } whole)
            return (null, [whole.ToString()]);
        var stripped = JsonText.Build(writer => Write(writer, value, [.. _placed.Select(path => (path, 0))], left));
        return (left.Count == 0 ? value : stripped, [.. left]);
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, (MemberPath Path, int At)[] open, SortedSet<string> left)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (Enter(open, new PathStep(member.Name, null), left) is not { } inside)
                        continue;
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, inside, left);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    if (Enter(open, new PathStep(null, index), left) is { } inside)
                        Write(writer, item, inside, left);
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>The paths that go on behind a step; <see langword="null"/> where one ends there.</summary>
    private (MemberPath Path, int At)[]? Enter((MemberPath Path, int At)[] open, PathStep step, SortedSet<string> left)
    {
        var through = open.Where(path => Admits(path.Path.Steps[path.At], step)).ToArray();
        var ending = _anywhere.FirstOrDefault(path => path.OnlyName == step.Name) ?? through.FirstOrDefault(path => path.At + 1 == path.Path.Steps.Count).Path;
        if (ending is null)
            return [.. through.Select(path => (path.Path, path.At + 1))];
        left.Add(ending.ToString());
        return null;
    }

    private static bool Admits(PathStep wanted, PathStep step) => wanted.Name == step.Name && (wanted.Index is null || wanted.Index == step.Index);
}
