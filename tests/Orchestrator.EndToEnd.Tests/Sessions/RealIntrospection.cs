using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>Facts of QEMU 7.2 to 10, told by any of its programs (https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html).</summary>
internal static class RealIntrospection
{
    public static void AssertTrueOfEveryQemu(QmpVocabulary vocabulary)
    {
        var options = vocabulary.Schema.Commands["blockdev-add"].ArgumentsType;
        Assert.Equal("driver", options.Discriminator!.Name);
        Assert.Contains("qcow2", options.Branches.Keys);
        // A node over a node: the type leads back to itself.
        var file = Assert.IsType<QapiAlternateType>(options.Branches["raw"].Members.Single(member => member.Name == "file").Type);
        Assert.Contains(file.Branches, branch => branch.Type == options);
        Assert.IsType<QapiArrayType>(vocabulary.Schema.Commands["query-commands"].Returns);

        AssertPasses(vocabulary, "blockdev-add", """{"driver":"qcow2","node-name":"n","file":{"driver":"file","filename":"/a","locking":"off"},"backing":null,"l2-cache-size":1048576}""");
        AssertPasses(vocabulary, "qom-set", """{"path":"/machine","property":"p","value":{"any":[1,null]}}""");
        AssertRefuses(vocabulary, "blockdev-add", """{"driver":"qcow2","file":{"driver":"raw","file":{"driver":"null-co","size":"1"}}}""", "arguments.file.file.size");
        AssertRefuses(vocabulary, "blockdev-add", """{"driver":"qcow3"}""", "arguments.driver");
    }

    public static void AssertPasses(QmpVocabulary vocabulary, string command, string arguments) => Assert.Null(Check(vocabulary, command, arguments));

    private static void AssertRefuses(QmpVocabulary vocabulary, string command, string arguments, string path)
    {
        var objection = Check(vocabulary, command, arguments);
        Assert.Equal(QmpObjectionKind.Arguments, objection?.Kind);
        Assert.StartsWith($"{command}: {path}: ", objection!.Message, StringComparison.Ordinal);
    }

    private static QmpObjection? Check(QmpVocabulary vocabulary, string command, string arguments) =>
        vocabulary.Check(EncodedCommand.ForQmp(command, JsonElement.Parse(arguments)));
}
