using CsCheck;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>The rules of decoding, held against every type of the guest namespace.</summary>
public class ReplySchemaTests
{
    public static TheoryData<string> Commands => [.. GuestNamespace.BuiltIn.Schema.Commands.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> Structs =>
        [.. GuestNamespace.BuiltIn.Schema.Types.Values.OfType<QapiObjectType>().Select(type => type.Name).Order(StringComparer.Ordinal)];

    private static QapiObjectType Struct(string name) => (QapiObjectType)GuestNamespace.BuiltIn.Schema.Types[name];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_value_of_the_return_type_is_kept(string command)
    {
        var type = GuestNamespace.BuiltIn.Schema.Commands[command].Returns;

        ValuesOfType.Of(type).Sample(json => Assert.Equal(json, Transcoded.Reply(type, json).Json), iter: 50);
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Unknown_member_is_dropped_in_front_and_behind(string name)
    {
        var type = Struct(name);

        ValuesOfType.Of(type).Sample(
            json =>
            {
                var inner = json[1..^1];
                var comma = inner.Length == 0 ? "" : ",";
                Assert.Equal(json, Transcoded.Reply(type, $"{{\"x-new\":[{{\"pid\":1}}]{comma}{inner}}}").Json);
                Assert.Equal(json, Transcoded.Reply(type, $"{{{inner}{comma}\"x-new\":\"\\u0000\"}}").Json);
            },
            iter: 20);
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Each_mandatory_member_is_missed(string name)
    {
        foreach (var member in Struct(name).Members.Where(member => !member.Optional))
            AssertViolation(Struct(name), member, _ => null);
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Each_member_refuses_null(string name)
    {
        foreach (var member in Struct(name).Members)
            AssertViolation(Struct(name), member, _ => "null");
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Each_member_refuses_a_value_of_another_form(string name)
    {
        foreach (var member in Struct(name).Members)
            AssertViolation(Struct(name), member, type => type is QapiArrayType ? "{}" : "[]");
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Each_member_is_refused_twice(string name)
    {
        foreach (var member in Struct(name).Members)
        {
            var value = ValuesOfType.Plainest(member.Type);
            var violation = Transcoded.Reply(Struct(name), $"{{\"{member.Name}\":{value},\"{member.Name}\":{value}}}").Violation;
            Assert.Equal($"return.{member.Name}", violation!.Path);
        }
    }

    /// <summary>Gives only the one member, or with null none of them while the others are present.</summary>
    private static void AssertViolation(QapiObjectType type, QapiMember member, Func<QapiType, string?> value)
    {
        var others = type.Members.Where(other => other != member).Select(other => $"\"{other.Name}\":{ValuesOfType.Plainest(other.Type)}");
        var own = value(member.Type) is { } json ? [$"\"{member.Name}\":{json}"] : Array.Empty<string>();

        var violation = Transcoded.Reply(type, $"{{{string.Join(',', others.Concat(own))}}}").Violation;

        Assert.Equal($"return.{member.Name}", violation?.Path);
    }
}
