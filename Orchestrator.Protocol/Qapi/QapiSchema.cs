using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qapi.Binding;
using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi;

/// <summary>Commands, events and types of a schema written in QEMU's schema language. Immutable; safe to share.</summary>
public sealed class QapiSchema
{
    internal QapiSchema(IEnumerable<QapiCommand> commands, IEnumerable<QapiEvent> events, IEnumerable<QapiType> types)
    {
        Commands = commands.ToFrozenDictionary(command => command.Name, StringComparer.Ordinal);
        Events = events.ToFrozenDictionary(@event => @event.Name, StringComparer.Ordinal);
        Types = types.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
    }

    /// <summary>By name on the wire.</summary>
    public FrozenDictionary<string, QapiCommand> Commands { get; }

    /// <summary>By name on the wire.</summary>
    public FrozenDictionary<string, QapiEvent> Events { get; }

    /// <summary>Named types, built-in ones included; neither arrays nor members written in place.</summary>
    public FrozenDictionary<string, QapiType> Types { get; }

    /// <summary>Loads a schema file and everything it includes.</summary>
    /// <exception cref="QapiSchemaException">The first thing that breaks the schema language, with its position.</exception>
    public static QapiSchema Load(IQapiSource source, string path)
    {
        var includes = new QapiIncludes(source);
        includes.Load(path);
        return new QapiBinder(includes.Definitions.ConvertAll(QapiDefinitionReader.Read)).Bind();
    }

    /// <summary>Finds a command by its name on the wire.</summary>
    public bool TryGetCommand(string name, [NotNullWhen(true)] out QapiCommand? command) => Commands.TryGetValue(name, out command);

    /// <summary>Finds an event by its name on the wire.</summary>
    public bool TryGetEvent(string name, [NotNullWhen(true)] out QapiEvent? @event) => Events.TryGetValue(name, out @event);
}
