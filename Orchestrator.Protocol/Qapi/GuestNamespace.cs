using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qapi.Binding;
using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// The guest namespace of a node: all commands of the guest agent up to QEMU 10, the commands and <c>GUEST_*</c> events that Orchestrator adds,
/// those of the user's own agents, and their types. Immutable; made once, when the node starts.
/// </summary>
public sealed class GuestNamespace
{
    private const string CommandPrefix = "guest-";
    private const string EventPrefix = "GUEST_";
    private const string Composite = "composite";
    private static readonly Lazy<GuestNamespace> Loaded = new(() => Load([]));

    private GuestNamespace(QapiSchema schema, FrozenDictionary<string, QapiEvent> agentEvents)
    {
        Schema = schema;
        AgentEvents = agentEvents;
    }

    /// <summary>What this assembly itself describes (<c>Schemas/guest.json</c>). Read on first use.</summary>
    public static GuestNamespace BuiltIn => Loaded.Value;

    /// <summary>Commands, events and types by name.</summary>
    public QapiSchema Schema { get; }

    /// <summary>The events that an agent itself may send, by name: those of the user's files. The built-in ones are Orchestrator's to tell, and no guest's.</summary>
    public FrozenDictionary<string, QapiEvent> AgentEvents { get; }

    /// <summary>The built-in namespace with the user's own commands, events and types. These may refer to built-in types, and to each other's.</summary>
    /// <param name="files">Paths of schema files; what they include is read too, relative to the including file.</param>
    /// <exception cref="QapiSchemaException">A file breaks the schema language, a name is taken already, a command is not named <c>guest-*</c> or an event not <c>GUEST_*</c>.</exception>
    public static GuestNamespace Load(IEnumerable<string> files)
    {
        var builtIn = new QapiIncludes(new EmbeddedSource());
        builtIn.Load("guest.json");
        var users = new QapiIncludes(new AnyFileSource());
        foreach (var file in files)
            users.Load(Path.GetFullPath(file));
        var added = users.Definitions.ConvertAll(QapiDefinitionReader.Read);
        added.ForEach(Check);
        var schema = new QapiBinder([.. builtIn.Definitions.Select(QapiDefinitionReader.Read), .. added]).Bind();
        return new GuestNamespace(schema, added.OfType<QapiEventDefinition>().ToFrozenDictionary(sent => sent.Name, sent => schema.Events[sent.Name], StringComparer.Ordinal));
    }

    private static void Check(QapiDefinition definition)
    {
        var prefix = definition switch { QapiCommandDefinition => CommandPrefix, QapiEventDefinition => EventPrefix, _ => "" };
        if (!definition.Name.StartsWith(prefix, StringComparison.Ordinal))
            throw new QapiSchemaException(definition.Position, $"a name that starts with '{prefix}'", $"'{definition.Name}'");
        if (definition is QapiCommandDefinition && definition.Common.Features.Contains(Composite))
            throw new QapiSchemaException(definition.Position, $"a command of an agent: only Orchestrator's own have the feature '{Composite}'", $"'{definition.Name}'");
    }

    private sealed class EmbeddedSource : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            using var stream = typeof(GuestNamespace).Assembly.GetManifestResourceStream($"Schemas/{path}");
            using var reader = stream is null ? null : new StreamReader(stream);
            text = reader?.ReadToEnd();
            return text is not null;
        }
    }

    /// <summary>The user's files, wherever they are: paths are absolute.</summary>
    private sealed class AnyFileSource : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            text = File.Exists(path) ? File.ReadAllText(path) : null;
            return text is not null;
        }
    }
}
