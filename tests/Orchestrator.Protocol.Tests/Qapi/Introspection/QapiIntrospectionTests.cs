using System.Text;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Protocol.Tests.Qapi.Introspection;

public class QapiIntrospectionTests
{
    private static readonly QapiSchema Schema = Introspections.Read(Introspections.Small);

    [Fact]
    public void Commands_and_events_have_their_names_and_features()
    {
        Assert.Equal(["blockdev-add", "device_add", "query-status", "stop", "yank"], Schema.Commands.Keys.Order());
        Assert.Equal(["GUEST_PANICKED", "STOP"], Schema.Events.Keys.Order());
        Assert.Equal(["deprecated"], Schema.Commands["stop"].Features);
        Assert.Equal(["unstable"], Schema.Events["GUEST_PANICKED"].Features);
        Assert.Empty(Schema.Events["STOP"].Data);
    }

    [Fact]
    public void Members_have_their_types_and_a_default_makes_them_optional()
    {
        var status = Assert.IsType<QapiObjectType>(Schema.Commands["query-status"].Returns);

        Assert.Equal(["running: bool", "status: 2"], status.Members.Select(member => $"{member}"));
        Assert.Equal(["driver: str", "id?: str"], Schema.Commands["device_add"].Arguments.Select(member => $"{member}"));
    }

    [Fact]
    public void Command_that_returns_the_empty_object_returns_nothing() => Assert.Null(Schema.Commands["stop"].Returns);

    [Fact]
    public void Out_of_band_execution_is_allowed_only_where_QEMU_says_so()
    {
        Assert.True(Schema.Commands["yank"].AllowOutOfBand);
        Assert.False(Schema.Commands["stop"].AllowOutOfBand);
    }

    [Fact]
    public void Only_queries_are_known_to_read()
    {
        Assert.Equal(CommandClass.ReadOnly, Schema.Commands["query-status"].Class);
        Assert.Equal(CommandClass.NonIdempotent, Schema.Commands["stop"].Class);
    }

    [Fact]
    public void Enum_values_come_from_members_or_before_QEMU_6_2_from_values()
    {
        Assert.Equal([("paused", 0), ("running", 1)], Assert.IsType<QapiEnumType>(Schema.Types["2"]).Values.Select(value => (value.Name, value.Features.Count)));
        Assert.Equal(["file", "raw", "null-co"], Assert.IsType<QapiEnumType>(Schema.Types["3"]).Values.Select(value => value.Name));
    }

    [Fact]
    public void Union_has_its_tag_and_branches_and_leads_back_to_itself()
    {
        var options = Schema.Commands["blockdev-add"].ArgumentsType;

        Assert.Equal("driver", options.Discriminator!.Name);
        Assert.Equal(["file", "null-co", "raw"], options.Branches.Keys.Order());
        var file = Assert.IsType<QapiAlternateType>(options.Branches["raw"].Members[0].Type);
        Assert.Same(options, file.Branches[0].Type);
        Assert.Equal(["dynamic"], options.Features);
    }

    [Theory]
    [InlineData("blockdev-add", """{"driver":"raw","file":{"driver":"raw","file":{"filename":"a","driver":"file"}}}""")]
    [InlineData("blockdev-add", """{"driver":"raw","file":"node0"}""")]
    [InlineData("blockdev-add", """{"driver":"null-co","size":18446744073709551615}""")]
    [InlineData("blockdev-add", """{"driver":"null-co","size":-9223372036854775808}""")]
    [InlineData("device_add", """{"driver":"pci-testdev","addr":"1.0","multifunction":true}""")]
    [InlineData("yank", """{"instances":[{"driver":"null-co"}]}""")]
    public void Arguments_that_QEMU_takes_pass(string command, string arguments) =>
        Assert.Equal(arguments, Encoding.UTF8.GetString(QapiArguments.EncodeJson(Schema.Commands[command], Encoding.UTF8.GetBytes(arguments))));

    [Theory]
    [InlineData("blockdev-add", """{"driver":"rau"}""", "arguments.driver: expected one of file, raw, null-co, found another value. Did you mean 'raw'?")]
    [InlineData("blockdev-add", """{"driver":"raw","file":{"driver":"file"}}""", "arguments.file.filename: expected a string, which is mandatory, found nothing. Add the member")]
    [InlineData("blockdev-add", """{"driver":"raw","file":1}""", "arguments.file: expected an object or a string, found a number")]
    [InlineData("device_add", """{"addr":"1.0"}""", "arguments.driver: expected a string, which is mandatory, found nothing. Add the member")]
    [InlineData("yank", """{"instances":{}}""", "arguments.instances: expected an array of objects, found an object")]
    [InlineData("stop", """{"now":true}""", "arguments: expected no members, found unknown member 'now'. Leave it out")]
    public void Arguments_that_QEMU_refuses_are_refused_without_a_word_of_its_masked_names(string command, string arguments, string message) =>
        Assert.Equal(message, $"{Assert.Throws<QapiValidationException>(() => QapiArguments.EncodeJson(Schema.Commands[command], Encoding.UTF8.GetBytes(arguments))).Violation}");

    [Fact]
    public void Entries_of_a_kind_that_is_not_known_are_left_out()
    {
        var more = """[{"name":"x","meta-type":"signal","emits":"y"},""" + Introspections.Small[1..];

        Assert.Equal(Schema.Commands.Keys.Order(), Introspections.Read(more).Commands.Keys.Order());
    }

    [Fact]
    public void Enum_too_long_for_a_message_is_told_by_its_first_values()
    {
        var values = string.Join(',', Enumerable.Range(0, 25).Select(value => $"\"v{value}\""));
        var schema = Introspections.Read($$"""
            [{"name":"c","meta-type":"command","arg-type":"0","ret-type":"0"},{"name":"0","meta-type":"object","members":[{"name":"e","type":"1"}]},
             {"name":"1","meta-type":"enum","values":[{{values}}]}]
            """);

        var refusal = Assert.Throws<QapiValidationException>(() => QapiArguments.EncodeJson(schema.Commands["c"], """{"e":"different"}"""u8));

        Assert.StartsWith("one of v0, v1, ", refusal.Expected, StringComparison.Ordinal);
        Assert.EndsWith("v23, …", refusal.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_reads_back_as_the_same_schema()
    {
        var written = QapiIntrospection.Read(QapiIntrospection.Write(GuestNamespace.BuiltIn.Schema));

        Assert.Equal(GuestNamespace.BuiltIn.Schema.Commands.Keys.Order(), written.Commands.Keys.Order());
        Assert.Equal(GuestNamespace.BuiltIn.Schema.Events.Keys.Order(), written.Events.Keys.Order());
        SameSchema.AssertWithin(QapiIntrospection.Read(QapiIntrospection.Write(written)), written);
    }
}
