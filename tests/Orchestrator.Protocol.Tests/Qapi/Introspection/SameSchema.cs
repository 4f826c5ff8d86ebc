using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi.Introspection;

/// <summary>Compares schemas by what they accept: type names and integer widths, which introspection hides, do not count.</summary>
internal sealed class SameSchema
{
    private readonly HashSet<(QapiType, QapiType)> _compared = [];

    /// <summary>All commands and events of one schema are in the other, and the same.</summary>
    public static void AssertWithin(QapiSchema expected, QapiSchema actual, params string[] except)
    {
        var comparison = new SameSchema();
        foreach (var command in expected.Commands.Values)
            comparison.AssertSame(command, actual.Commands[command.Name]);
        foreach (var @event in expected.Events.Values.Where(@event => !except.Contains(@event.Name)))
        {
            Assert.Equal(@event.Features, actual.Events[@event.Name].Features);
            comparison.AssertSame(@event.DataType, actual.Events[@event.Name].DataType);
        }
    }

    private void AssertSame(QapiCommand expected, QapiCommand actual)
    {
        Assert.Equal((expected.Name, expected.Class, expected.AllowOutOfBand), (actual.Name, actual.Class, actual.AllowOutOfBand));
        Assert.Equal(expected.Features, actual.Features);
        AssertSame(expected.ArgumentsType, actual.ArgumentsType);
        Assert.Equal(expected.Returns is null or QapiObjectType { Members.Count: 0, Discriminator: null }, actual.Returns is null);
        if (actual.Returns is not null)
            AssertSame(expected.Returns!, actual.Returns);
    }

    private void AssertSame(QapiType expected, QapiType actual)
    {
        if (!_compared.Add((expected, actual)))
            return;
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(expected.Features, actual.Features);
        switch (expected)
        {
            case QapiBuiltinType builtin:
                Assert.Equal(builtin.Kind, ((QapiBuiltinType)actual).Kind);
                break;
            case QapiEnumType @enum:
                Assert.Equal(
                    @enum.Values.Select(value => $"{value.Name} {string.Join(' ', value.Features)}"),
                    ((QapiEnumType)actual).Values.Select(value => $"{value.Name} {string.Join(' ', value.Features)}"));
                break;
            case QapiArrayType array:
                AssertSame(array.Element, ((QapiArrayType)actual).Element);
                break;
            case QapiAlternateType alternate:
                AssertAll(alternate.Branches, ((QapiAlternateType)actual).Branches, (left, right) => AssertSame(left.Type, right.Type));
                break;
            case QapiObjectType @object:
                AssertSame(@object, (QapiObjectType)actual);
                break;
        }
    }

    private void AssertSame(QapiObjectType expected, QapiObjectType actual)
    {
        AssertAll(expected.Members, actual.Members, (left, right) =>
        {
            Assert.Equal((left.Name, left.Optional, left.IsBase64), (right.Name, right.Optional, right.IsBase64));
            Assert.Equal(left.Features, right.Features);
            AssertSame(left.Type, right.Type);
        });
        Assert.Equal(expected.Discriminator?.Name, actual.Discriminator?.Name);
        foreach (var (tag, branch) in actual.Branches)
        {
            if (expected.Branches.TryGetValue(tag, out var own))
                AssertSame(own, branch);
            else
                Assert.Empty(branch.Members);
        }
        Assert.Subset(actual.Branches.Keys.ToHashSet(), expected.Branches.Keys.ToHashSet());
    }

    private static void AssertAll<T>(IReadOnlyList<T> expected, IReadOnlyList<T> actual, Action<T, T> assert)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (left, right) in expected.Zip(actual))
            assert(left, right);
    }
}
