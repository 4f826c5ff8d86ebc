using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>Schemas of a user's own agents beside the built-in ones.</summary>
public sealed class UserSchemaTests : IDisposable
{
    private const string Backup =
        """
        { 'struct': 'GuestBackup', 'data': { 'job': 'int', '*on': [ 'GuestFilesystemInfo' ] } }
        { 'command': 'guest-backup-start', 'data': { 'volume': 'str' }, 'returns': 'GuestBackup' }
        { 'event': 'GUEST_BACKUP_ENDED', 'data': { 'job': 'int' } }
        """;

    private readonly SchemaFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Commands_events_and_types_of_the_user_stand_beside_the_built_in_ones()
    {
        var schema = SchemaFolder.Load(Backup).Schema;

        Assert.Equal(
            ["GUEST_BACKUP_ENDED", "GuestBackup", "guest-backup-start"],
            schema.Commands.Keys.Concat(schema.Events.Keys).Concat(schema.Types.Keys).Except([.. BuiltInNames()]).Order(StringComparer.Ordinal));
        Assert.Empty(BuiltInNames().Except(schema.Commands.Keys.Concat(schema.Events.Keys).Concat(schema.Types.Keys)));
    }

    [Fact]
    public void Arguments_and_replies_of_the_user_are_checked_as_any()
    {
        var command = SchemaFolder.Load(Backup).Schema.Commands["guest-backup-start"];
        var encoded = EncodedCommand.ForGuest(command, JsonElement.Parse("""{"volume":"data"}"""));

        Assert.Equal("""{"volume":"data"}""", Encoding.UTF8.GetString(encoded.Arguments.Span));
        Assert.Throws<QapiValidationException>(() => EncodedCommand.ForGuest(command, JsonElement.Parse("""{"volume":1}""")));
        Assert.Equal("""{"job":1,"on":[]}""", Transcoded.Reply(command.Returns, """{"job":1,"more":2,"on":[]}""").Json);
        Assert.Equal("return.on[0].name", Transcoded.Reply(command.Returns, """{"job":1,"on":[{}]}""").Violation!.Path);
    }

    [Fact]
    public void Only_events_of_the_user_are_an_agents_to_send()
    {
        Assert.Equal("GUEST_BACKUP_ENDED", Assert.Single(SchemaFolder.Load(Backup).AgentEvents.Keys));
        Assert.Empty(GuestNamespace.BuiltIn.AgentEvents);
        Assert.Empty(GuestNamespace.Load([]).AgentEvents);
    }

    [Fact]
    public void Files_may_include_and_use_each_other()
    {
        _folder.Add("common/types.json", "{ 'struct': 'Shared', 'data': {} }");
        var first = _folder.Add("first.json", "{ 'include': 'common/types.json' } { 'command': 'guest-first', 'returns': 'Second' }");
        var second = _folder.Add("second.json", "{ 'include': 'common/types.json' } { 'struct': 'Second', 'data': { 'shared': 'Shared' } }");

        var schema = GuestNamespace.Load([first, second, first]).Schema;

        Assert.Same(schema.Types["Second"], schema.Commands["guest-first"].Returns);
    }

    [Fact]
    public void Relative_path_is_of_the_working_directory()
    {
        var file = Path.GetRelativePath(Environment.CurrentDirectory, _folder.Add("user.json", Backup));

        Assert.Contains("guest-backup-start", GuestNamespace.Load([file]).Schema.Commands.Keys);
    }

    [Theory]
    [InlineData("{ 'command': 'backup-start' }", "1:14: expected a name that starts with 'guest-', found 'backup-start'")]
    [InlineData("\n{ 'event': 'BACKUP_ENDED' }", "2:12: expected a name that starts with 'GUEST_', found 'BACKUP_ENDED'")]
    [InlineData("{ 'event': 'guest-backup' }", "1:12: expected a name that starts with 'GUEST_', found 'guest-backup'")]
    [InlineData("{ 'command': 'guest-ping' }", "1:14: expected a name that is not defined yet, found 'guest-ping' again (first at guest/session.json:")]
    [InlineData("{ 'event': 'GUEST_STARTUP' }", "1:12: expected a name that is not defined yet, found 'GUEST_STARTUP' again (first at guest/orchestrator.json:")]
    [InlineData("{ 'struct': 'GuestExec', 'data': {} }", "1:13: expected a name that is not defined yet, found 'GuestExec' again (first at guest/exec.json:")]
    [InlineData("{ 'struct': 'A', 'data': {} }\n{ 'enum': 'A', 'data': [] }", "2:11: expected a name that is not defined yet, found 'A' again (first at ")]
    [InlineData("{ 'enum': 'size', 'data': [] }", "1:11: expected a name that is not defined yet, found 'size', which is a type of the language")]
    [InlineData("{ 'command': 'guest-a', 'features': [ 'composite' ] }", "1:14: expected a command of an agent: only Orchestrator's own have the feature 'composite', found 'guest-a'")]
    [InlineData("{ 'command': 'guest-a', 'returns': 'GuestExce' }", "1:36: expected a type that the schema defines, found 'GuestExce'. Did you mean 'GuestExec'?")]
    [InlineData("{ 'include': 'none.json' }", "1:14: expected a schema file that exists, found '")]
    public void Mistake_is_told_with_file_and_line(string text, string expected)
    {
        var file = _folder.Add("user.json", text);

        var error = Assert.Throws<QapiSchemaException>(() => GuestNamespace.Load([file]));

        Assert.StartsWith($"{file}:{expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clash_between_two_files_names_both()
    {
        var first = _folder.Add("a.json", "{ 'command': 'guest-a' }");
        var second = _folder.Add("b.json", "\n\n{ 'command': 'guest-a' }");

        var error = Assert.Throws<QapiSchemaException>(() => GuestNamespace.Load([first, second]));

        Assert.Equal($"{second}:3:14: expected a name that is not defined yet, found 'guest-a' again (first at {first}:1:14)", error.Message);
    }

    [Fact]
    public void File_that_is_not_there_is_named() =>
        Assert.Contains(_folder.PathOf("none.json"), Assert.Throws<QapiSchemaException>(() => GuestNamespace.Load([_folder.PathOf("none.json")])).Message);

    private static IEnumerable<string> BuiltInNames() =>
        GuestNamespace.BuiltIn.Schema.Commands.Keys.Concat(GuestNamespace.BuiltIn.Schema.Events.Keys).Concat(GuestNamespace.BuiltIn.Schema.Types.Keys);
}
