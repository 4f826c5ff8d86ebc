namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>Names that generated code uses itself, so that no name of a schema can be the same.</summary>
internal static class ReservedNames
{
    /// <summary>Members of a record.</summary>
    public static NameScope Of(string typeName) =>
        new(typeName, "Read", "Write", "WriteMembers", "EqualityContract", "Equals", "GetHashCode", "GetType", "ToString", "PrintMembers", "MemberwiseClone", "Finalize", "Unknown", "Other", "EventName");

    /// <summary>Variables and parameters of a method.</summary>
    public static NameScope Locals() => new("reader", "writer", "element", "client", "start", "tag", "arguments", "otherArguments", "cancellationToken");
}
