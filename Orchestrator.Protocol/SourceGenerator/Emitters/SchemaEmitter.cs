using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>All code of one root schema file: a file of C# for each kind of definition.</summary>
internal sealed class SchemaEmitter
{
    private readonly SchemaFile _root;
    private readonly QapiSchema _schema;
    private readonly string _name;
    private readonly NameScope _scope;
    private readonly string _commands;
    private readonly string _runtimeSchema;
    private readonly ClrTypes _types;

    public SchemaEmitter(SchemaFile root, QapiSchema schema)
    {
        (_root, _schema) = (root, schema);
        _name = Identifier.Pascal(Path.GetFileNameWithoutExtension(root.Path));
        _scope = new NameScope();
        _commands = _scope.Claim(_name + "Commands");
        _runtimeSchema = root.RuntimeSchema.Length > 0 ? root.RuntimeSchema : $"{_scope.Claim(_name + "Schema")}.Schema";
        _types = new ClrTypes(schema, _scope, root.Namespace);
    }

    /// <param name="files">The root and what it includes.</param>
    public IEnumerable<GeneratedFile> Emit(IReadOnlyList<SchemaFile> files) => EmitAll(files).Where(file => file.Text.Length > 0);

    private IEnumerable<GeneratedFile> EmitAll(IReadOnlyList<SchemaFile> files)
    {
        yield return OfTypes<QapiEnumType>("Enums", EnumEmitter.Emit);
        yield return OfTypes<QapiAlternateType>("Alternates", AlternateEmitter.Emit);
        yield return OfTypes<QapiObjectType>("Structs", StructEmitter.Emit, type => type.Discriminator is null);
        yield return OfTypes<QapiObjectType>("Unions", (code, type, types) => new UnionEmitter(code, type, types).Emit(), type => type.Discriminator is not null);
        yield return File("Events", code =>
        {
            foreach (var @event in _schema.Events.Values.OrderBy(@event => @event.Name, StringComparer.Ordinal))
                EventEmitter.Emit(code, @event, _types, _scope);
        });
        if (_schema.Commands.Count == 0)
            yield break;
        yield return File("Commands", Commands);
        if (!_root.IsQmp && _root.RuntimeSchema.Length == 0)
            yield return File("Schema", code => RuntimeSchema(code, files));
    }

    private GeneratedFile OfTypes<T>(string kind, Action<CodeWriter, T, ClrTypes> emit, Func<T, bool>? filter = null)
        where T : QapiType =>
        File(kind, code =>
        {
            foreach (var type in ClrTypes.Named(_schema).OfType<T>().Where(filter ?? (_ => true)))
                emit(code, type, _types);
        });

    private GeneratedFile File(string kind, Action<CodeWriter> emit)
    {
        var code = new CodeWriter(_root.Namespace);
        emit(code);
        return new GeneratedFile($"{_root.Namespace}.{_name}.{kind}.g.cs", code.IsEmpty ? "" : code.ToString());
    }

    private void Commands(CodeWriter code)
    {
        code.Line();
        code.Line($"/// <summary>The commands of <c>{Path.GetFileName(_root.Path)}</c>, as methods of any client of a VM.</summary>");
        code.Block($"public static class {_commands}", () =>
        {
            code.Line("private static EncodedCommand Encode(string name, Action<Utf8JsonWriter>? arguments = null) =>");
            code.Line(_root.IsQmp
                ? "    EncodedCommand.ForQmp(name, QapiJson.Object(arguments), outOfBand: false);"
                : $"    EncodedCommand.ForGuest({_runtimeSchema}.Commands[name], QapiJson.Object(arguments));");
            var emitter = new CommandEmitter(code, _types);
            foreach (var command in _schema.Commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal))
                emitter.Emit(command);
        });
    }

    /// <summary>What a guest answers is checked against the schema at run time, so the files travel along.</summary>
    private void RuntimeSchema(CodeWriter code, IReadOnlyList<SchemaFile> files)
    {
        code.Line();
        code.Line($"/// <summary>The schema <c>{Path.GetFileName(_root.Path)}</c>, against which replies are checked.</summary>");
        code.Block($"public static class {_runtimeSchema.Split('.')[0]}", () =>
        {
            code.Line("/// <summary>Read on first use.</summary>");
            code.Line("public static QapiSchema Schema { get; } = QapiSchema.Load(");
            code.Indented(() =>
            {
                code.Block("new QapiTextSource(new Dictionary<string, string>", () =>
                {
                    foreach (var file in files)
                        code.Line($"[{Identifier.Quote(RelativePath.From(_root.Path, file.Path))}] = {Identifier.Quote(file.Text)},");
                }, "}),");
                code.Line($"{Identifier.Quote(Path.GetFileName(_root.Path))});");
            });
        });
    }
}

/// <summary>A file of C#.</summary>
internal sealed record GeneratedFile(string Name, string Text);
