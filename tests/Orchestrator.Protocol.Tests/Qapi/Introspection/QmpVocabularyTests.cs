using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Protocol.Tests.Qapi.Introspection;

public class QmpVocabularyTests
{
    private static readonly QmpVocabulary Vocabulary = QmpVocabulary.Read(Encoding.UTF8.GetBytes(Introspections.Small));

    [Theory]
    [InlineData("query-status", "{}", false)]
    [InlineData("yank", """{"instances":[]}""", true)]
    [InlineData("device_add", """{"driver":"d","other":1}""", false)]
    public void Command_that_QEMU_takes_passes(string name, string arguments, bool outOfBand) => Assert.Null(Check(name, arguments, outOfBand));

    [Theory]
    [InlineData("query-stats", "{}", false, QmpObjectionKind.Unsupported, "this QEMU has no command 'query-stats'. Did you mean 'query-status'?")]
    [InlineData("migrate", "{}", false, QmpObjectionKind.Unsupported, "this QEMU has no command 'migrate'. Its commands: query-commands")]
    [InlineData("stop", "{}", true, QmpObjectionKind.Unsupported, "stop cannot be executed out of band")]
    [InlineData("yank", "{}", true, QmpObjectionKind.Arguments, "yank: arguments.instances: expected an array of objects, which is mandatory, found nothing. Add the member")]
    public void Command_that_QEMU_refuses_is_objected_to(string name, string arguments, bool outOfBand, QmpObjectionKind kind, string message) =>
        Assert.Equal(new QmpObjection(kind, message), Check(name, arguments, outOfBand));

    [Fact]
    public void Command_without_arguments_is_checked_too() =>
        Assert.Equal(QmpObjectionKind.Arguments, Vocabulary.Check(EncodedCommand.ForQmp("yank"))?.Kind);

    private static QmpObjection? Check(string name, string arguments, bool outOfBand) =>
        Vocabulary.Check(EncodedCommand.ForQmp(name, JsonElement.Parse(arguments), outOfBand));
}
