using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Emulation;
using Orchestrator.Host.Emulation.Sockets;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Tests.Emulation;

/// <summary>An emulated VM without sockets: what its commands answer.</summary>
internal sealed class EmulatedGuest : IDisposable
{
    private static readonly QmpServerOptions Limits = new();
    private readonly EventLoop _loop;

    public EmulatedGuest()
    {
        _loop = new EventLoop(Time);
        Fleet = new EmulatedFleet(new EmulationOptions { Vms = 1, Directory = "/d" }, _loop);
        Vm = new EmulatedVm(Fleet, Persona.Of("vm0001", 0, Chaos.None), "unix:/d/vm0001/qga.sock,server=on");
    }

    public FakeTimeProvider Time { get; } = new();

    public EmulatedFleet Fleet { get; }

    public EmulatedVm Vm { get; }

    public Answer Agent(string command, string? arguments = null) => Fleet.Agents.Execute(Vm.Agent, Request(command, arguments));

    public Answer Qmp(string command, string? arguments = null) => Fleet.Monitors.Execute(Vm, Request(command, arguments));

    /// <summary>The value of a command that succeeds.</summary>
    public JsonElement Returns(string command, string? arguments = null) => Value(Agent(command, arguments));

    /// <summary>The description of the error of a command that fails.</summary>
    public string Fails(string command, string? arguments = null) => Agent(command, arguments).Error?.Description ?? throw new InvalidOperationException($"{command} succeeded");

    /// <summary>How a program ends that takes no time: exit code, output, error.</summary>
    public (int Code, string Out, string Error) Run(params string[] argv)
    {
        var arguments = JsonSerializer.Serialize(new Dictionary<string, object> { ["path"] = argv[0], ["arg"] = argv[1..], ["capture-output"] = true });
        var end = Returns("guest-exec-status", Returns("guest-exec", arguments).GetRawText());
        Assert.True(end.GetProperty("exited").GetBoolean());
        return (end.GetProperty("exitcode").GetInt32(), Text(end, "out-data"), Text(end, "err-data"));
    }

    public static JsonElement Value(Answer answer) => answer.Error is null
        ? JsonElement.Parse(answer.Value.Span)
        : throw new InvalidOperationException(answer.Error.ToString());

    public void Dispose() => _loop.Dispose();

    private static QmpRequest Request(string command, string? arguments)
    {
        var bytes = new System.Buffers.ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(
            arguments is null ? $$"""{"execute":"{{command}}"}""" : $$"""{"execute":"{{command}}","arguments":{{arguments}}}"""));
        return QmpRequest.Read(new QmpInputReader(Limits).Read(ref bytes)!, outOfBand: false);
    }

    private static string Text(JsonElement end, string member) => end.TryGetProperty(member, out var data) ? Encoding.UTF8.GetString(data.GetBytesFromBase64()) : "";
}
