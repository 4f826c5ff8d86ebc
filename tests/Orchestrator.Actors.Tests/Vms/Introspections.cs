namespace Orchestrator.Actors.Tests.Vms;

/// <summary>What a QEMU may say of itself.</summary>
internal static class Introspections
{
    /// <summary>Commands without result; <c>device_del</c> takes an id, <c>yank</c> may go out of band.</summary>
    public static string Of(params string[] commands) => $$"""
        [{"name":"str","meta-type":"builtin","json-type":"string"},{"name":"0","meta-type":"object","members":[]},
        {"name":"1","meta-type":"object","members":[{"name":"id","type":"str"}]},{{string.Join(',', commands.Select(Command))}}]
        """.ReplaceLineEndings("");

    private static string Command(string name) =>
        $$"""{"name":"{{name}}","meta-type":"command","arg-type":"{{(name == "device_del" ? 1 : 0)}}","ret-type":"0"{{(name == "yank" ? ",\"allow-oob\":true" : "")}}}""";
}
