using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>Replies of a real qemu-ga 7.2.22, whole lines; addresses and versions of its machine replaced. Named <c>command[.variant].json</c>.</summary>
internal static class Replies
{
    private const string Prefix = "Replies/";

    public static IEnumerable<string> Names { get; } =
        [.. typeof(Replies).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])];

    public static QapiCommand CommandOf(string name) => GuestNamespace.BuiltIn.Schema.Commands[name.Split('.')[0]];

    /// <summary>The value of <c>return</c>, spaces included.</summary>
    public static string ReturnOf(string name)
    {
        using var stream = typeof(Replies).Assembly.GetManifestResourceStream(Prefix + name)!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.GetProperty("return").GetRawText();
    }
}
