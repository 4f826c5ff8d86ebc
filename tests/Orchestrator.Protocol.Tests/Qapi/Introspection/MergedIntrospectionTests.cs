using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Protocol.Tests.Qapi.Introspection;

public class MergedIntrospectionTests
{
    private static readonly byte[] Qemu = Encoding.UTF8.GetBytes(Introspections.Small);

    private static readonly Dictionary<string, JsonElement> Entries = Parse(MergedIntrospection.Schema(Qemu, GuestNamespace.BuiltIn));

    [Fact]
    public void Guest_namespace_is_read_back_as_it_is() =>
        SameSchema.AssertWithin(GuestNamespace.BuiltIn.Schema, QapiIntrospection.Read(MergedIntrospection.Schema(Qemu, GuestNamespace.BuiltIn)));

    /// <summary>The values that a type's own schema takes or refuses are those that its introspection does.</summary>
    [Fact]
    public void Arguments_pass_by_the_introspection_as_they_pass_by_the_schema()
    {
        var introspected = QapiIntrospection.Read(MergedIntrospection.Schema(Qemu, GuestNamespace.BuiltIn));
        var cases = GuestNamespace.BuiltIn.Schema.Commands.Values.Select(command => ValuesOfType.Of(command.ArgumentsType).Select(json => (command, json)));

        Gen.OneOf<(QapiCommand Command, string Json)>([.. cases]).Sample(
            given => Assert.Equal(Passes(given.Command, given.Json), Passes(introspected.Commands[given.Command.Name], given.Json)), iter: 5_000);
    }

    [Fact]
    public void Qemus_own_is_read_back_as_it_is() =>
        SameSchema.AssertWithin(QapiIntrospection.Read(Qemu), QapiIntrospection.Read(MergedIntrospection.Schema(Qemu, GuestNamespace.BuiltIn)));

    [Fact]
    public void Every_entry_of_Qemus_is_kept_with_all_its_members()
    {
        foreach (var (name, entry) in Parse(Qemu))
            Assert.True(JsonElement.DeepEquals(entry, Entries[name]), name);
    }

    [Fact]
    public void Every_reference_leads_to_a_type()
    {
        foreach (var (name, entry) in Entries)
        {
            Assert.All(References(entry), reference =>
                Assert.True(Entries.TryGetValue(reference, out var type) && type.GetProperty("meta-type").GetString() is not ("command" or "event"), $"{name} → {reference}"));
        }
    }

    [Fact]
    public void Types_of_the_guest_are_masked_by_numbers_that_Qemu_does_not_use()
    {
        var own = Entries.Keys.Except(Parse(Qemu).Keys).Where(name => Kind(name) is "object" or "enum" or "alternate").ToArray();

        Assert.NotEmpty(own);
        Assert.All(own, name => Assert.Matches("^[0-9]+$", name));
    }

    [Fact]
    public void Arrays_are_called_by_their_element_and_integers_are_of_one_width()
    {
        Assert.All(Entries.Where(entry => Kind(entry.Key) == "array"), entry => Assert.Equal($"[{entry.Value.GetProperty("element-type").GetString()}]", entry.Key));
        Assert.DoesNotContain("uint64", Entries.Keys);
        Assert.Equal("int", Member(Arguments("guest-exec-status"), "pid").GetProperty("type").GetString());
    }

    [Fact]
    public void Builtin_type_that_Qemu_lacks_is_added()
    {
        Assert.DoesNotContain("number", Parse(Qemu).Keys);

        Assert.Equal("""{"name":"number","meta-type":"builtin","json-type":"number"}""", Entries["number"].GetRawText());
    }

    [Fact]
    public void What_is_empty_is_Qemus_own_empty_object()
    {
        Assert.Equal("0", Entries["guest-ping"].GetProperty("arg-type").GetString());
        Assert.Equal("0", Entries["guest-ping"].GetProperty("ret-type").GetString());
    }

    [Fact]
    public void Empty_object_is_added_where_Qemu_has_none()
    {
        var entries = Parse(MergedIntrospection.Schema("[]"u8, GuestNamespace.BuiltIn));

        var empty = entries[entries["guest-ping"].GetProperty("ret-type").GetString()!];
        Assert.Equal(0, empty.GetProperty("members").GetArrayLength());
        SameSchema.AssertWithin(GuestNamespace.BuiltIn.Schema, QapiIntrospection.Read(MergedIntrospection.Schema("[]"u8, GuestNamespace.BuiltIn)));
    }

    [Fact]
    public void Optional_argument_has_the_default_null_and_a_mandatory_one_none()
    {
        Assert.Equal(JsonValueKind.Null, Member(Arguments("guest-file-open"), "mode").GetProperty("default").ValueKind);
        Assert.False(Member(Arguments("guest-file-open"), "path").TryGetProperty("default", out _));
        Assert.Equal("base64", Member(Arguments("guest-file-write"), "buf-b64").GetProperty("features")[0].GetString());
    }

    [Fact]
    public void Union_lists_every_tag_and_those_without_a_branch_as_empty()
    {
        var smart = Entries.Values.First(entry => entry.TryGetProperty("tag", out _) && References(entry).Contains("0") && entry.GetProperty("name").GetString() != "4");

        var tags = Entries[Member(smart, smart.GetProperty("tag").GetString()!).GetProperty("type").GetString()!].GetProperty("values").EnumerateArray();
        Assert.Equal(tags.Select(tag => tag.GetString()), smart.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("case").GetString()));
    }

    [Fact]
    public void Enum_has_its_members_and_for_old_clients_its_values()
    {
        var seek = Entries.Values.Single(entry => Kind(entry) == "enum" && entry.GetProperty("values").EnumerateArray().Any(value => value.GetString() == "cur"));

        Assert.Equal(seek.GetProperty("values").EnumerateArray().Select(value => value.GetString()), seek.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("name").GetString()));
    }

    [Fact]
    public void Command_that_Qemu_has_too_is_told_once_as_the_guests()
    {
        var qemu = Encoding.UTF8.GetBytes("""[{"name":"guest-ping","meta-type":"command","arg-type":"1","ret-type":"1"},""" + Introspections.Small[1..]);

        Assert.Equal("0", Parse(MergedIntrospection.Schema(qemu, GuestNamespace.BuiltIn))["guest-ping"].GetProperty("ret-type").GetString());
    }

    [Fact]
    public void Event_that_Qemu_has_too_is_told_once_as_Qemus()
    {
        var qemu = Encoding.UTF8.GetBytes("""[{"name":"GUEST_STARTUP","meta-type":"event","arg-type":"0"},""" + Introspections.Small[1..]);

        Assert.Equal("0", Parse(MergedIntrospection.Schema(qemu, GuestNamespace.BuiltIn))["GUEST_STARTUP"].GetProperty("arg-type").GetString());
    }

    [Fact]
    public void Merging_twice_changes_nothing_more()
    {
        var once = MergedIntrospection.Schema(Qemu, GuestNamespace.BuiltIn);

        SameSchema.AssertWithin(QapiIntrospection.Read(once), QapiIntrospection.Read(MergedIntrospection.Schema(once, GuestNamespace.BuiltIn)));
    }

    [Fact]
    public void Lists_of_names_have_Qemus_first_and_each_once()
    {
        var commands = Encoding.UTF8.GetString(MergedIntrospection.Commands("""[{"name":"stop"},{"name":"guest-ping"}]"""u8, GuestNamespace.BuiltIn));
        var events = Encoding.UTF8.GetString(MergedIntrospection.Events("""[{"name":"STOP"}]"""u8, GuestNamespace.BuiltIn));

        Assert.StartsWith("""[{"name":"stop"},{"name":"guest-ping"},{"name":"guest-exec"},""", commands, StringComparison.Ordinal);
        Assert.Equal(GuestNamespace.BuiltIn.Schema.Commands.Count + 1, JsonElement.Parse(commands).GetArrayLength());
        Assert.Contains("""{"name":"GUEST_STARTUP"}""", events, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"nom":"stop"}]""")]
    public void Answer_that_is_no_list_of_names_is_refused(string json) =>
        Assert.Throws<QapiIntrospectionException>(() => MergedIntrospection.Commands(Encoding.UTF8.GetBytes(json), GuestNamespace.BuiltIn));

    private static bool Passes(QapiCommand command, string json)
    {
        try
        {
            return QapiArguments.EncodeJson(command, Encoding.UTF8.GetBytes(json)).Length > 0;
        }
        catch (QapiValidationException)
        {
            return false;
        }
    }

    private static Dictionary<string, JsonElement> Parse(byte[] json) => JsonElement.Parse(json).EnumerateArray().ToDictionary(entry => entry.GetProperty("name").GetString()!);

    private static string? Kind(string name) => Kind(Entries[name]);

    private static string? Kind(JsonElement entry) => entry.GetProperty("meta-type").GetString();

    private static JsonElement Arguments(string command) => Entries[Entries[command].GetProperty("arg-type").GetString()!];

    private static JsonElement Member(JsonElement type, string name) => type.GetProperty("members").EnumerateArray().Single(member => member.GetProperty("name").GetString() == name);

    private static IEnumerable<string> References(JsonElement entry)
    {
        foreach (var name in (string[])["arg-type", "ret-type", "element-type"])
        {
            if (entry.TryGetProperty(name, out var reference))
                yield return reference.GetString()!;
        }
        foreach (var list in (string[])["members", "variants"])
        {
            if (!entry.TryGetProperty(list, out var items))
                continue;
            foreach (var item in items.EnumerateArray())
            {
                if (item.TryGetProperty("type", out var type))
                    yield return type.GetString()!;
            }
        }
    }
}
