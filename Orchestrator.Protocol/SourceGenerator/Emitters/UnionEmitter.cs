using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>
/// A union is an abstract record with the members that all values have, and inside it a record for each branch. A tag without a branch is
/// <c>Other</c>, one that the schema does not know is <c>Unknown</c> and keeps the whole object.
/// </summary>
internal sealed class UnionEmitter
{
    private readonly CodeWriter _code;
    private readonly QapiObjectType _type;
    private readonly ClrTypes _types;
    private readonly string _name;
    private readonly ClrMember _tag;
    private readonly IReadOnlyList<ClrMember> _all;
    private readonly IReadOnlyList<ClrMember> _others;
    private readonly (string Tag, QapiObjectType Type, string Name)[] _branches;

    public UnionEmitter(CodeWriter code, QapiObjectType type, ClrTypes types)
    {
        (_code, _type, _types, _name) = (code, type, types, types.NameOf(type));
        var scope = ReservedNames.Of(_name);
        foreach (var own in (string[])["Data", "Tag", "Raw"])
            scope.Claim(own);
        _all = ClrMember.Of(type.Members, types, scope, ReservedNames.Locals());
        _tag = _all.Single(member => member.Wire == type.Discriminator);
        _others = [.. _all.Where(member => member != _tag)];
        // A branch's name must not hide a type that is used inside the union.
        foreach (var used in type.Branches.Values.Select(branch => types.Of(branch)).Concat(_all.Select(member => member.Type)).Distinct())
            scope.Claim(used);
        _branches = [.. type.Branches.OrderBy(branch => branch.Key, StringComparer.Ordinal)
            .Select(branch => (branch.Key, branch.Value, scope.Claim(Identifier.Pascal(branch.Key))))];
    }

    private IEnumerable<string> PlainTags => ((QapiEnumType)_tag.Wire.Type).Values.Select(value => value.Name).Where(tag => !_type.Branches.ContainsKey(tag));

    public void Emit()
    {
        _code.Line();
        DocumentationEmitter.Definition(_code, _type.Documentation);
        DeprecationEmitter.Emit(_code, _type.Features);
        _code.Block($"public abstract record {_name}", () =>
        {
            _code.Block($"private {_name}()", () => { });
            _code.Line();
            DocumentationEmitter.Summary(_code, _tag.Wire.Documentation);
            _code.Line($"public abstract {_tag.Type} {_tag.Property} {{ get; }}");
            MembersEmitter.Properties(_code, _others);
            _code.Line();
            Read();
            _code.Line();
            Write();
            foreach (var (tag, type, branch) in _branches)
                Branch(tag, type, branch);
            if (PlainTags.Any())
                Other();
            Unknown();
        });
    }

    private void Read()
    {
        _code.Line("/// <summary>Reads an object; its tag may stand anywhere in it.</summary>");
        _code.Line("/// <exception cref=\"QapiReadException\">It does not fit the schema.</exception>");
        _code.Block($"public static {_name} Read(ref QapiReader reader)", () =>
        {
            _code.Line("var start = reader;");
            MembersEmitter.ReadLocals(_code, _all, _types);
            _code.Line($"var tag = {_tag.Local} ?? throw reader.Missing({Identifier.Quote(_tag.Wire.Name)});");
            _code.Block("switch (tag.Value)", () =>
            {
                foreach (var (tag, type, branch) in _branches)
                    Case(Identifier.Quote(tag), branch, [.. MembersEmitter.Initializers(_others), $"Data = {_types.Qualified(type)}.Read(ref start),"]);
                if (PlainTags.Any())
                    Case(string.Join(" or ", PlainTags.Select(Identifier.Quote)), "Other(tag)", MembersEmitter.Initializers(_others));
                Case(null, "Unknown(tag, start.ReadAny())", MembersEmitter.Initializers(_others));
            });
        });
    }

    private void Case(string? pattern, string creation, IEnumerable<string> initializers)
    {
        _code.Line(pattern is null ? "default:" : $"case {pattern}:");
        _code.Indented(() => _code.Block($"return new {creation}", () => _code.Lines(initializers), "};"));
    }

    private void Write()
    {
        StructEmitter.WriteMethod(_code, "public");
        _code.Line();
        _code.Block("internal void WriteMembers(Utf8JsonWriter writer)", () =>
        {
            MembersEmitter.Write(_code, _all, _types, member => member.Property);
            _code.Line("WriteBranch(writer);");
        });
        _code.Line();
        _code.Line("private protected abstract void WriteBranch(Utf8JsonWriter writer);");
    }

    private void Branch(string tag, QapiObjectType type, string branch)
    {
        _code.Line();
        _code.Line($"/// <summary>Of the tag <c>{tag}</c>.</summary>");
        _code.Block($"public sealed record {branch} : {_name}", () =>
        {
            _code.Line("/// <inheritdoc/>");
            _code.Line($"public override {_tag.Type} {_tag.Property} => new({Identifier.Quote(tag)});");
            _code.Line();
            _code.Line("/// <summary>The members that only this branch has.</summary>");
            _code.Line($"public required {_types.NameOf(type)} Data {{ get; init; }}");
            _code.Line();
            _code.Line("private protected override void WriteBranch(Utf8JsonWriter writer) => Data.WriteMembers(writer);");
        });
    }

    private void Other()
    {
        _code.Line();
        _code.Line("/// <summary>Of a tag without members of its own.</summary>");
        _code.Block($"public sealed record Other({_tag.Type} Tag) : {_name}", () =>
        {
            _code.Line("/// <inheritdoc/>");
            _code.Line($"public override {_tag.Type} {_tag.Property} => Tag;");
            _code.Line();
            _code.Block("private protected override void WriteBranch(Utf8JsonWriter writer)", () => { });
        });
    }

    private void Unknown()
    {
        _code.Line();
        _code.Line("/// <summary>Of a tag that the schema does not know; <paramref name=\"Raw\"/> is the whole object.</summary>");
        _code.Block($"public sealed record Unknown({_tag.Type} Tag, JsonElement Raw) : {_name}", () =>
        {
            _code.Line("/// <inheritdoc/>");
            _code.Line($"public override {_tag.Type} {_tag.Property} => Tag;");
            _code.Line();
            _code.Line("private protected override void WriteBranch(Utf8JsonWriter writer) =>");
            _code.Line($"    QapiJson.WriteMembers(writer, Raw, except: [{string.Join(", ", _all.Select(member => Identifier.Quote(member.Wire.Name)))}]);");
        });
    }
}
