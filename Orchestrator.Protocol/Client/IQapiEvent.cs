using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Client;

/// <summary>A type that is generated for an event of a schema.</summary>
public interface IQapiEvent<TSelf>
    where TSelf : IQapiEvent<TSelf>
{
    /// <summary>On the wire, for example <c>SHUTDOWN</c>.</summary>
    static abstract string EventName { get; }

    /// <summary>Reads the event's <c>data</c>.</summary>
    /// <exception cref="QapiReadException">It does not fit the schema.</exception>
    static abstract TSelf Read(ref QapiReader reader);
}

/// <summary>Reads events.</summary>
public static class QapiEvents
{
    /// <summary>Reads an event of QEMU's, for example <c>qmpEvent.TryRead(out ShutdownEvent? shutdown)</c>.</summary>
    /// <returns><see langword="false"/> if it is another event, or its data does not fit the schema.</returns>
    public static bool TryRead<T>(this QmpEvent qmpEvent, [NotNullWhen(true)] out T? read)
        where T : class, IQapiEvent<T>
    {
        ArgumentNullException.ThrowIfNull(qmpEvent);
        return TryRead(qmpEvent.Name, qmpEvent.Data.Span, out read);
    }

    /// <summary>Reads an event that is given by its name and its <c>data</c>.</summary>
    /// <param name="name">On the wire.</param>
    /// <param name="data">An object as JSON; empty if the event carries nothing.</param>
    /// <param name="read">The event.</param>
    /// <returns><see langword="false"/> if it is another event, or its data does not fit the schema.</returns>
    public static bool TryRead<T>(string name, ReadOnlySpan<byte> data, [NotNullWhen(true)] out T? read)
        where T : class, IQapiEvent<T>
    {
        read = null;
        if (name != T.EventName)
            return false;
        try
        {
            read = QapiJson.Read(data.IsEmpty ? "{}"u8 : data, T.Read);
            return true;
        }
        catch (QapiReadException)
        {
            return false;
        }
    }
}
