using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

internal ref partial struct QapiTranscoder
{
    /// <summary>Members that are marked as seen without an allocation.</summary>
    private const int InlineMembers = 256;

    /// <summary>Longest tag that can be known; enum values are far shorter.</summary>
    private const int MaxTagBytes = 256;

    private bool Object(QapiObjectType type, bool allowOthers)
    {
        if (!Enter())
            return false;
        var shape = ShapeOf(type);
        Span<bool> seen = shape.Members.Length <= InlineMembers ? stackalloc bool[InlineMembers] : new bool[shape.Members.Length];
        HashSet<string>? others = null;
        var hint = 0;
        _writer.WriteStartObject();
        while (true)
        {
            if (!Advance())
                return false;
            if (_reader.TokenType == JsonTokenType.EndObject)
                break;
            if (!TryFind(shape, ref hint, out var index))
                return false;
            if (index < 0 ? !Other(shape, ref others, allowOthers) : !Member(shape.Members[index], ref seen[index]))
                return false;
        }
        _writer.WriteEndObject();
        return RequireAll(shape, seen) && Leave();
    }

    private bool Member(QapiMember member, ref bool seen)
    {
        if (seen)
            return Fail("each name once", "the name again") || Within($".{member.Name}");
        seen = true;
        _writer.WritePropertyName(member.WireName);
        return Advance() && Value(member.Type, member.IsBase64) || Within($".{member.Name}");
    }

    private bool Other(QapiObjectShape shape, ref HashSet<string>? others, bool allowed)
    {
        if (!TryGetString(out var name))
            return Within(".(unknown member)");
        if (_strictness == QapiStrictness.Sent && !allowed)
        {
            var known = shape.Members.Select(member => member.Name).ToArray();
            return Fail(
                known.Length == 0 ? "no members" : $"one of the members {string.Join(", ", known)}",
                $"unknown member '{QapiTypeText.Clip(name)}'",
                NearestName.Suggestion(name, known) ?? "Leave it out");
        }
        others ??= new HashSet<string>(StringComparer.Ordinal);
        if (!others.Add(name))
            return Fail("each name once", "the name again") || Within(".(unknown member)");
        if (allowed)
            _writer.WritePropertyName(name);
        return Advance() && AnyValue(write: allowed) || Within(".(unknown member)");
    }

    private bool RequireAll(QapiObjectShape shape, scoped ReadOnlySpan<bool> seen)
    {
        for (var index = 0; index < shape.Members.Length; index++)
        {
            var member = shape.Members[index];
            if (!member.Optional && !seen[index])
                return Fail($"{QapiTypeText.Of(member.Type)}, which is mandatory", "nothing", "Add the member") || Within($".{member.Name}");
        }
        return true;
    }

    private bool TryFind(QapiObjectShape shape, ref int hint, out int index)
    {
        index = -1;
        if (!_reader.ValueIsEscaped)
        {
            index = shape.IndexOf(_reader.ValueSpan, ref hint);
            return true;
        }
        if (!TryGetString(out var name))
            return Within(".(unknown member)");
        index = System.Array.FindIndex(shape.Members, member => member.Name == name);
        return true;
    }

    /// <summary>The tag may come after the members that depend on it, so it is looked for ahead of decoding.</summary>
    private readonly QapiObjectShape ShapeOf(QapiObjectType type)
    {
        var shape = type.Shape;
        while (shape.Discriminator is { } discriminator
            && PeekString(discriminator) is { } tag
            && shape.Variants.TryGetValue(tag, out var variant))
        {
            shape = variant;
        }
        return shape;
    }

    private readonly string? PeekString(QapiMember member)
    {
        var ahead = _reader;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            var found = !ahead.ValueIsEscaped && ahead.ValueSpan.SequenceEqual(member.WireName.EncodedUtf8Bytes);
            ahead.Read();
            if (found)
                return ahead is { TokenType: JsonTokenType.String, ValueIsEscaped: false, ValueSpan.Length: <= MaxTagBytes } ? AsciiText.OrNull(ahead.ValueSpan) : null;
            ahead.Skip();
        }
        return null;
    }
}
