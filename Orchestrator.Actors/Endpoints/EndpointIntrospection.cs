using System.Text.Json;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Actors.Endpoints;

/// <summary>QEMU's questions about itself, answered with the guest namespace in them.</summary>
internal static class EndpointIntrospection
{
    private const string Schema = "query-qmp-schema";
    private const string Commands = "query-commands";
    private const string Events = "query-events";

    /// <summary>Whether a command's answer is changed here.</summary>
    public static bool Takes(string command) => command is Schema or Commands or Events;

    /// <summary>What QEMU is asked for it. It has no <c>query-events</c> since 6.0; its schema says the same.</summary>
    public static string Question(string command) => command == Events ? Schema : command;

    /// <summary>The client's answer, from QEMU's.</summary>
    /// <exception cref="QapiIntrospectionException">QEMU's answer is not of the form it must have.</exception>
    public static ReadOnlyMemory<byte> Answer(string command, ReadOnlyMemory<byte> qemu, GuestNamespace guest) => command switch
    {
        Schema => MergedIntrospection.Schema(qemu.Span, guest),
        Commands => MergedIntrospection.Commands(qemu.Span, guest),
        _ => MergedIntrospection.Events(JsonSerializer.SerializeToUtf8Bytes(QapiIntrospection.Read(qemu.Span).Events.Keys.Order(StringComparer.Ordinal).Select(name => new { name })), guest),
    };
}
