using System.Reflection;
using System.Text.Json;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Client;

/// <summary>The types that are generated from this assembly's schemas, found by their names in the schema.</summary>
internal static class GeneratedTypes
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.NonPublic;

    public static QapiSchema Qmp { get; } = QapiSchema.Load(new Resources(), "qmp.json");

    /// <summary>Structs, unions and alternates with their C# types.</summary>
    public static IEnumerable<(QapiType Type, Type Clr)> All { get; } =
    [
        .. Of(GuestNamespace.BuiltIn.Schema, "Orchestrator.Protocol.Guest"),
        .. Of(Qmp, "Orchestrator.Protocol.Qemu"),
    ];

    /// <summary>Reads JSON as a generated type and writes it again.</summary>
    public static byte[] ReadAndWrite(Type type, ReadOnlySpan<byte> json)
    {
        var value = Read(type, json.ToArray());
        return QapiJson.Write(writer => type.GetMethod("Write")!.Invoke(value, [writer]));
    }

    public static object Read(Type type, byte[] json)
    {
        try
        {
            return typeof(GeneratedTypes).GetMethod(nameof(ReadAs), Static)!.MakeGenericMethod(type).Invoke(null, [json])!;
        }
        catch (TargetInvocationException e)
        {
            throw e.InnerException!;
        }
    }

    private static T ReadAs<T>(byte[] json) => QapiJson.Read(json, typeof(T).GetMethod("Read")!.CreateDelegate<QapiRead<T>>());

    private static IEnumerable<(QapiType, Type)> Of(QapiSchema schema, string @namespace) =>
        schema.Types.Values
            .Where(type => type is QapiObjectType or QapiAlternateType)
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (type, typeof(IQapiClient).Assembly.GetType($"{@namespace}.{type.Name}", throwOnError: true)!));

    private sealed class Resources : IQapiSource
    {
        public bool TryRead(string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text)
        {
            using var stream = typeof(IQapiClient).Assembly.GetManifestResourceStream($"Schemas/{path}");
            using var reader = stream is null ? null : new StreamReader(stream);
            text = reader?.ReadToEnd();
            return text is not null;
        }
    }

    /// <summary>Whether two texts hold the same value, whatever the order of members.</summary>
    public static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => JsonElement.DeepEquals(JsonElement.Parse(left), JsonElement.Parse(right));
}
