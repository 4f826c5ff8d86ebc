using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class SchemaLanguageTests
{
    [Fact]
    public void Command_without_keys_has_the_defaults_of_the_language()
    {
        var command = MemorySource.Parse("{ 'command': 'c' }").Commands["c"];

        Assert.Empty(command.Arguments);
        Assert.Null(command.Returns);
        Assert.True(command.SuccessResponse);
        Assert.False(command.AllowOutOfBand || command.AllowPreconfig || command.Coroutine || command.AcceptsOtherArguments);
        Assert.Equal(CommandClass.NonIdempotent, command.Class);
    }

    [Fact]
    public void Command_with_every_key_keeps_them()
    {
        var command = MemorySource.Parse(
            """
            { 'command': 'c', 'data': { 'a': 'int', '*b': [ 'str' ] }, 'returns': [ 'uint8' ], 'gen': false,
              'success-response': false, 'allow-oob': true, 'allow-preconfig': true, 'coroutine': true,
              'if': 'CONFIG_X', 'features': [ 'deprecated', { 'name': 'idempotent', 'if': 'CONFIG_Y' } ] }
            """).Commands["c"];

        Assert.Equal(["a: int", "b?: [str]"], command.Arguments.Select(member => member.ToString()));
        Assert.Equal("[uint8]", command.Returns!.Name);
        Assert.True(command is { AcceptsOtherArguments: true, SuccessResponse: false, AllowOutOfBand: true, AllowPreconfig: true, Coroutine: true });
        Assert.Equal(CommandClass.Idempotent, command.Class);
        Assert.Equal(["deprecated", "idempotent"], command.Features);
        Assert.Equal("CONFIG_X", command.Condition!.ToString());
    }

    [Fact]
    public void Boxed_command_takes_the_members_of_a_union()
    {
        var schema = MemorySource.Parse(
            """
            { 'enum': 'Kind', 'data': [ 'left', 'right' ] }
            { 'struct': 'Left', 'data': { 'depth': 'int' } }
            { 'union': 'Side', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'left': 'Left' } }
            { 'command': 'c', 'boxed': true, 'data': 'Side' }
            """);

        Assert.Same(schema.Types["Side"], schema.Commands["c"].ArgumentsType);
    }

    [Fact]
    public void Struct_inherits_from_a_base_that_is_defined_later()
    {
        var schema = MemorySource.Parse(
            """
            { 'struct': 'C', 'base': 'B', 'data': { 'c': 'int' } }
            { 'struct': 'B', 'base': 'A', 'data': { 'b': 'int' } }
            { 'struct': 'A', 'data': { 'a': 'int' } }
            """);

        Assert.Equal(["a", "b", "c"], ((QapiObjectType)schema.Types["C"]).Members.Select(member => member.Name));
    }

    [Fact]
    public void Struct_may_contain_itself_in_a_member()
    {
        var node = (QapiObjectType)MemorySource.Parse("{ 'struct': 'Node', 'data': { '*next': 'Node', 'many': [ 'Node' ] } }").Types["Node"];

        Assert.Same(node, node.Members[0].Type);
        Assert.Same(node, ((QapiArrayType)node.Members[1].Type).Element);
    }

    [Fact]
    public void Union_with_named_base_covers_some_tags_and_nests()
    {
        var schema = MemorySource.Parse(
            """
            { 'enum': 'Transport', 'data': [ 'socket', 'exec', 'rdma' ] }
            { 'enum': 'Family', 'data': [ 'inet', 'unix' ] }
            { 'struct': 'Base', 'data': { 'transport': 'Transport' } }
            { 'struct': 'Inet', 'data': { 'host': 'str' } }
            { 'union': 'Socket', 'base': { 'type': 'Family' }, 'discriminator': 'type', 'data': { 'inet': { 'type': 'Inet', 'if': 'INET' } } }
            { 'union': 'Address', 'base': 'Base', 'discriminator': 'transport', 'data': { 'socket': 'Socket' } }
            """);
        var address = (QapiObjectType)schema.Types["Address"];

        Assert.Equal("transport", address.Discriminator!.Name);
        Assert.Equal(["socket"], address.Branches.Keys.Order());
        var json = """{"host":"h","type":"inet","transport":"socket"}""";
        Assert.Equal(json, Transcoded.Reply(address, json).Json);
        Assert.Equal("return.host", Transcoded.Reply(address, """{"type":"inet","transport":"socket"}""").Violation!.Path);
        Assert.Equal("""{"transport":"exec"}""", Transcoded.Reply(address, """{"transport":"exec","host":1}""").Json);
    }

    [Fact]
    public void Alternate_may_have_an_array_and_null()
    {
        var schema = MemorySource.Parse("{ 'alternate': 'V', 'data': { 's': 'uint64', 'b': 'bool', 'l': [ 'uint64' ], 'n': 'null' } }");
        var type = schema.Types["V"];

        Assert.All(["7", "true", "[1,2]", "null"], json => Assert.Equal(json, Transcoded.Reply(type, json).Json));
        Assert.NotNull(Transcoded.Reply(type, "\"text\"").Violation);
    }

    [Fact]
    public void Enum_values_may_carry_conditions_and_features()
    {
        var type = (QapiEnumType)MemorySource.Parse(
            "{ 'enum': 'E', 'prefix': 'X', 'data': [ '3des', { 'name': 'b', 'if': { 'not': 'WIN32' }, 'features': [ 'unstable' ] } ] }").Types["E"];

        Assert.Equal(["3des", "b"], type.Values.Select(value => value.Name));
        Assert.Equal("!WIN32", type.Values[1].Condition!.ToString());
        Assert.Equal(["unstable"], type.Values[1].Features);
    }

    [Fact]
    public void Conditions_nest()
    {
        var command = MemorySource.Parse("{ 'command': 'c', 'if': { 'any': [ 'A', { 'all': [ 'B', { 'not': 'C' } ] } ] } }").Commands["c"];

        Assert.Equal("(A || (B && !C))", command.Condition!.ToString());
    }

    [Fact]
    public void Event_carries_members_written_in_place_or_boxed()
    {
        var schema = MemorySource.Parse(
            """
            { 'event': 'PLAIN' }
            { 'event': 'INLINE', 'data': { 'a': { 'type': 'int', 'features': [ 'deprecated' ] } } }
            { 'struct': 'S', 'data': { 'b': 'any' } }
            { 'event': 'BOXED', 'boxed': true, 'data': 'S', 'features': [ 'f' ], 'if': 'X' }
            """);

        Assert.Empty(schema.Events["PLAIN"].Data);
        Assert.Equal(["deprecated"], schema.Events["INLINE"].Data[0].Features);
        Assert.Equal(["b"], schema.Events["BOXED"].Data.Select(member => member.Name));
        Assert.True(schema.TryGetEvent("BOXED", out var boxed) && boxed.Condition is not null);
        Assert.False(schema.TryGetEvent("OTHER", out _));
    }

    [Fact]
    public void Comments_stand_anywhere_and_strings_may_hold_hashes()
    {
        var schema = MemorySource.Parse("# head\n{ # one\n 'enum': 'E', # two 'x' {\n 'data': [ 'a' # three\n ], 'if': 'A#B' }\n# tail");

        Assert.True(((QapiEnumType)schema.Types["E"]).Contains("a"));
        Assert.Equal("A#B", schema.Types["E"].Condition!.Symbol);
    }

    [Fact]
    public void Names_of_a_vendor_and_experimental_ones_are_names()
    {
        var schema = MemorySource.Parse("{ 'command': '__com.example-1_x-c', 'data': { '*__org.qemu_a_b': 'int' } } { 'event': '__ORG.EXAMPLE_EVENT' }");

        Assert.Equal("__org.qemu_a_b", schema.Commands["__com.example-1_x-c"].Arguments[0].Name);
        Assert.Contains("__ORG.EXAMPLE_EVENT", schema.Events.Keys);
    }

    [Theory]
    [InlineData("str", "\"s\"")]
    [InlineData("number", "1.5")]
    [InlineData("int", "-1")]
    [InlineData("int8", "-128")]
    [InlineData("int16", "-32768")]
    [InlineData("int32", "-2147483648")]
    [InlineData("int64", "-9223372036854775808")]
    [InlineData("uint8", "255")]
    [InlineData("uint16", "65535")]
    [InlineData("uint32", "4294967295")]
    [InlineData("uint64", "18446744073709551615")]
    [InlineData("size", "18446744073709551615")]
    [InlineData("bool", "false")]
    [InlineData("null", "null")]
    [InlineData("any", "{\"a\":[null]}")]
    [InlineData("QType", "\"qdict\"")]
    public void Builtin_type_is_known_and_decodes_its_values(string type, string json)
    {
        var command = MemorySource.Parse($"{{ 'command': 'c', 'data': {{ 'v': '{type}' }}, 'returns': '{type}' }}").Commands["c"];

        Assert.Equal(json, Transcoded.Reply(command.Returns, json).Json);
    }
}
