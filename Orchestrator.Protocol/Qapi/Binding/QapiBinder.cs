using System.Collections.Frozen;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>
/// Resolves names to types. Definitions may refer forward and to themselves, so types are declared first and completed after.
/// </summary>
internal sealed class QapiBinder(IReadOnlyList<QapiDefinition> definitions)
{
    /// <summary>Structs that are each other's base in a row; QEMU's own reach 4.</summary>
    private const int MaxBases = 32;

    /// <summary>Members of all objects, with those of bases and branches counted wherever they appear; QEMU's own are 6,300.</summary>
    private const int MaxMembers = 1_000_000;

    private readonly QapiTypeTable _types = new();
    private readonly Dictionary<string, QapiPosition> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<QapiObjectType, QapiDefinition> _incomplete = [];
    private readonly HashSet<QapiObjectType> _completed = [];
    private readonly List<(QapiObjectType Type, QapiPosition Position)> _objects = [];
    private readonly List<QapiCommand> _commands = [];
    private readonly List<QapiEvent> _events = [];
    private int _bases;
    private int _remainingMembers = MaxMembers;

    public QapiSchema Bind()
    {
        foreach (var definition in definitions)
            Declare(definition);
        foreach (var definition in definitions)
            Complete(definition);
        foreach (var (type, position) in _objects)
        {
            type.Complete(QapiObjectShape.TryCreate(type, ref _remainingMembers, out var collision) ?? throw (collision is null
                ? TooLarge(position)
                : new QapiSchemaException(position, $"each member name of '{type.Name}' once, base and branches included", $"'{collision}' again")));
        }
        return new QapiSchema(_commands, _events, _types.Named);
    }

    private void Declare(QapiDefinition definition)
    {
        if (!_names.TryAdd(definition.Name, definition.Position))
            throw new QapiSchemaException(definition.Position, "a name that is not defined yet", $"'{definition.Name}' again (first at {_names[definition.Name]})");
        if (_types.Contains(definition.Name))
            throw new QapiSchemaException(definition.Position, "a name that is not defined yet", $"'{definition.Name}', which is a type of the language");
        var (documentation, condition, features) = definition.Common;
        switch (definition)
        {
            case QapiEnumDefinition @enum:
                _types.Add(EnumOf(@enum));
                break;
            case QapiStructDefinition or QapiUnionDefinition:
                var type = new QapiObjectType(definition.Name) { Documentation = documentation, Condition = condition, Features = features };
                _types.Add(type);
                _incomplete.Add(type, definition);
                _objects.Add((type, definition.Position));
                break;
            case QapiAlternateDefinition:
                _types.Add(new QapiAlternateType(definition.Name) { Documentation = documentation, Condition = condition, Features = features });
                break;
        }
    }

    private static QapiEnumType EnumOf(QapiEnumDefinition definition)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in definition.Values)
        {
            if (!names.Add(value.Name))
                throw new QapiSchemaException(value.Position, "each enum value once", $"'{value.Name}' again");
        }
        var (documentation, condition, features) = definition.Common;
        return new QapiEnumType(
            definition.Name,
            [.. definition.Values.Select(value => new QapiEnumValue(
                value.Name, documentation.Members.GetValueOrDefault(value.Name), value.Condition, value.Features))])
        {
            Documentation = documentation,
            Condition = condition,
            Features = features,
        };
    }

    private void Complete(QapiDefinition definition)
    {
        switch (definition)
        {
            case QapiStructDefinition or QapiUnionDefinition:
                Complete((QapiObjectType)_types.Get(definition.Name));
                break;
            case QapiAlternateDefinition alternate:
                QapiAlternates.Complete(alternate, _types);
                break;
            case QapiCommandDefinition command:
                _commands.Add(Command(command));
                break;
            case QapiEventDefinition @event:
                _events.Add(new QapiEvent(@event.Name, Data(@event, @event.Data, "data"))
                {
                    Documentation = @event.Common.Documentation,
                    Condition = @event.Common.Condition,
                    Features = @event.Common.Features,
                });
                break;
        }
    }

    /// <summary>Completes a struct or union, its base first. Removed from the waiting list before that, so a base cycle meets an absent entry.</summary>
    private void Complete(QapiObjectType type)
    {
        if (!_incomplete.Remove(type, out var definition))
            return;
        switch (definition)
        {
            case QapiStructDefinition @struct:
                var inherited = @struct.Base is { } @base ? BaseMembers(@base, definition) : [];
                type.Complete([.. inherited, .. Members(@struct.Members, definition)], null, FrozenDictionary<string, QapiObjectType>.Empty);
                break;
            case QapiUnionDefinition union:
                var members = union.Base.Type is { } unionBase ? BaseMembers(unionBase, definition) : [.. Members(union.Base.Members, definition)];
                var discriminator = QapiUnions.Discriminator(union, members);
                type.Complete(members, discriminator, QapiUnions.Branches(union, (QapiEnumType)discriminator.Type, _types));
                break;
        }
        _completed.Add(type);
        if ((_remainingMembers -= type.Members.Count) < 0)
            throw TooLarge(definition.Position);
    }

    private static QapiSchemaException TooLarge(QapiPosition position) =>
        new(position, $"at most {MaxMembers} members in all, and branches within branches at most {QapiObjectShape.MaxBranchDepth} deep", "more");

    private IReadOnlyList<QapiMember> BaseMembers(QapiTypeName name, QapiDefinition user)
    {
        if (_types.Resolve(name) is not QapiObjectType @base)
            throw new QapiSchemaException(name.Position, $"a struct as base of '{user.Name}'", $"'{name.Name}'");
        if (++_bases > MaxBases)
            throw new QapiSchemaException(name.Position, $"at most {MaxBases} bases in a row", "one more");
        Complete(@base);
        _bases--;
        if (!_completed.Contains(@base))
            throw new QapiSchemaException(name.Position, $"a base of '{user.Name}' that does not lead back to it", $"'{name.Name}'");
        return @base.Discriminator is null
            ? @base.Members
            : throw new QapiSchemaException(name.Position, $"a struct as base of '{user.Name}'", $"union '{name.Name}'");
    }

    private IEnumerable<QapiMember> Members(IReadOnlyList<QapiMemberDefinition> members, QapiDefinition owner) =>
        members.Select(member => _types.Member(member, owner.Common.Documentation));

    private QapiCommand Command(QapiCommandDefinition definition)
    {
        var (documentation, condition, features) = definition.Common;
        return new QapiCommand(definition.Name, Data(definition, definition.Data, "arguments"))
        {
            Documentation = documentation,
            Returns = definition.Returns is { } returns ? _types.Resolve(returns) : null,
            SuccessResponse = definition.Flags.SuccessResponse,
            AllowOutOfBand = definition.Flags.AllowOutOfBand,
            AllowPreconfig = definition.Flags.AllowPreconfig,
            Coroutine = definition.Flags.Coroutine,
            AcceptsOtherArguments = !definition.Flags.Generated,
            Class = QapiCommandClasses.Of(definition),
            Features = features,
            Condition = condition,
        };
    }

    private QapiObjectType Data(QapiDefinition definition, QapiData data, string role)
    {
        if (data.Type is { } name)
        {
            if (_types.Resolve(name) is not QapiObjectType named)
                throw new QapiSchemaException(name.Position, $"a struct or union as 'data' of '{definition.Name}'", $"'{name.Name}'");
            return named;
        }
        var type = new QapiObjectType($"{definition.Name} {role}");
        type.Complete([.. Members(data.Members, definition)], null, FrozenDictionary<string, QapiObjectType>.Empty);
        _objects.Add((type, definition.Position));
        return type;
    }
}
