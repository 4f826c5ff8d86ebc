using System.Text;
using Akka.Actor;
using CsCheck;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>What crosses nodes, in the format that it crosses in.</summary>
public sealed class RouterWireTests : ActorTest
{
    private const int Frame = 128_000;

    [Fact]
    public void Every_message_is_the_same_on_the_other_side()
    {
        var outcome = new Outcome
        {
            Vm = new VmId(Sample.Uuid),
            Name = "web \"1\"",
            Host = "a",
            Phase = Phase.Failed,
            Reason = Reasons.ExitNonZero,
            Effect = Effect.Applied,
            Elapsed = TimeSpan.FromMilliseconds(12.5),
            Message = "grüße",
            Error = new OutcomeError("GenericError", "no"),
            Exec = new ExecOutcome { Pid = 7, ExitCode = 3, StdoutKept = new KeptOutput("J7", 99, "ab") { Node = "a" } },
            Attempt = 2,
        };
        object[] messages =
        [
            new RouterCommands.Announce("7", 5),
            new RouterCommands.CommandPiece("J7", 3, 9, [1, 2]),
            new RouterCommands.Cancel("J7", 5),
            new RouterCommands.Acknowledge("J7", 5, 12),
            new RouterCommands.Forget("J7", 5),
            new RouterEvents.Received("J7", 8, 12),
            new RouterEvents.Progressed("J7", [new RoutedProgress(4, 2, new InvocationProgress(PendingPhase.Running, null, new ExecEvidence(77, "1:2")))]),
            new RouterEvents.Ended("J7", 8, 3, [new RoutedOutcome(4, 2, outcome) { IsAmendment = true }]),
            new RouterEvents.Refused("J7", 6),
            new RouterEvents.ReadCommand("J7", 32_768),
            Dispatch(new TargetList([1, 2], "0/a# 2b# "), WireCommand.Of(Spec(CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping")))) with { Programs = [new StartedProgram(1, new ExecEvidence(8, null))], TraceParent = "00-1-2-01" },
        ];

        foreach (var message in messages)
            Assert.Equal(Json(message), Json(Cross(message)));
    }

    [Fact]
    public void Ten_thousand_targets_of_three_nodes_are_two_messages_a_node_at_most()
    {
        var command = WireCommand.Of(Spec(CommandRoute.Run, GuestProgram.Of(new ExecSpec { Argv = ["/bin/sh", "-c", new string('x', 2000)] }).Start));
        // A target list is sorted by VmHost and name.
        var paths = Enumerable.Range(0, 3334).Select(number => $"/user/vm-host/tenant-{number % 40}-web{number:00000}").Order(StringComparer.Ordinal);
        var targets = paths.Select((path, number) => new RoutedTarget(number, path, TargetList.IdentityOf(new VmId(Guid.NewGuid()))));

        var messages = TargetList.Cut(targets, WireLimits.MaxMessage - 4096 - 1024).Select(list => Wire.ToBinary(Dispatch(list, command))).ToArray();

        Assert.InRange(messages.Length, 1, 2);
        Assert.All(messages, bytes => Assert.InRange(bytes.Length, 1, 64 * 1024));
    }

    /// <summary>Whatever guests and QEMUs say.</summary>
    [Fact]
    public void Outcomes_in_a_batch_never_take_more_than_is_thought() => AnyOutcome.Array[1, 8].Sample(outcomes =>
    {
        var thought = outcomes.Sum(WireLimits.SizeOf) + 256;
        var items = outcomes.Select((outcome, at) => new RoutedOutcome(at, 1, outcome)).ToArray();
        return Wire.ToBinary(new RouterEvents.Ended("01ARYZ6S41TSV4RRFFQ69G5FAV", int.MaxValue, long.MaxValue, items)).Length <= thought;
    });

    [Fact]
    public void Batches_fit_into_a_frame_whatever_is_in_them() => AnyOutcome.Array[1, 100].Sample(outcomes =>
    {
        var batches = new OutcomeBatches();
        var sent = new List<OutcomeBatch?>();
        foreach (var (at, outcome) in outcomes.Index())
            sent.Add(batches.Add(new RoutedOutcome(at, 1, outcome), default));
        sent.Add(batches.Close(default));
        Assert.Equal(outcomes.Length, sent.Sum(batch => batch?.Items.Count ?? 0));
        return sent.OfType<OutcomeBatch>().All(batch => Wire.ToBinary(new RouterEvents.Ended("J7", 1, batch.Number, batch.Items)).Length < Frame);
    }, iter: 20);

    [Theory]
    [InlineData(CommandRoute.Guest)]
    [InlineData(CommandRoute.Qmp)]
    [InlineData(CommandRoute.Run)]
    public void A_command_is_the_same_at_another_node(CommandRoute route)
    {
        var program = GuestProgram.Of(new ExecSpec { Argv = ["sh", "-c", "echo \"ü\""], Environment = ["A=b"], FullOutput = true });
        var spec = route switch
        {
            CommandRoute.Guest => Spec(route, EncodedCommand.ForGuest("guest-ping")) with { Conditions = new ConditionPolicy { OnPaused = ConditionChoice.Wait } },
            CommandRoute.Qmp => Spec(route, EncodedCommand.ForQmp("device_del", "{\"id\":\"x\"}"u8, outOfBand: true)),
            _ => Spec(route, program.Start) with { Composite = program },
        };

        var plan = WireCommandJson.Read(WireCommandJson.Write(WireCommand.Of(spec)!)).ToPlan("J7", GuestNamespace.BuiltIn);

        Assert.Equal(("J7", route, spec.Conditions), (plan.JobId, plan.Route, plan.Conditions));
        Assert.Equal((spec.Command.Question, spec.Command.Class, spec.Command.OutOfBand), (plan.Command.Question, plan.Command.Class, plan.Command.OutOfBand));
        if (route == CommandRoute.Run)
            Assert.Equal((program.OutputDirectory, true), (((GuestProgram)plan.Composite!).OutputDirectory, program.OutputDirectory is not null));
    }

    [Fact]
    public void A_file_that_is_a_stream_of_one_node_does_not_go_to_another()
    {
        var push = Protocol.Agent.Composites.CompositeCommands.Of(EncodedCommand.ForGuest("guest-view-file", System.Text.Json.JsonElement.Parse("{\"filename\":\"/x\"}")));

        Assert.Null(WireCommand.Of(Spec(CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping")) with { Composite = push }));
    }

    [Fact]
    public void A_command_that_this_node_does_not_have_is_told()
    {
        var command = new WireCommand(CommandRoute.Guest, "guest-of-another", "{}"u8.ToArray(), ConditionPolicy.Default);

        Assert.Contains("guest-of-another", Assert.Throws<FormatException>(() => command.ToPlan("J7", GuestNamespace.BuiltIn)).Message, StringComparison.Ordinal);
        Assert.Throws<QapiValidationException>(() => (command with { Name = "guest-file-close" }).ToPlan("J7", GuestNamespace.BuiltIn));
        Assert.Throws<FormatException>(() => WireCommandJson.Read("{\"route\":"u8));
        Assert.Throws<FormatException>(() => WireCommandJson.Read("null"u8));
    }

    private static readonly Gen<string> Text = Gen.OneOf(Gen.String[0, 300], Gen.String[Gen.Char['\u0001', '\uD7FF'], 0, 4096], Gen.Const("plain words, as errors are: /a/b-c_d.e (f); g"));

    private static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, WireLimits.MaxPart]);

    private static readonly Gen<Outcome> AnyOutcome = Gen.Select(Gen.Enum<Phase>(), Gen.Enum<Effect>(), Text, Bytes, Bytes, Gen.Int[0, 3], (phase, effect, text, one, other, kind) => new Outcome
    {
        Vm = new VmId(Sample.Uuid),
        Name = "web\u00e4",
        Host = "a",
        Phase = phase,
        Reason = Reasons.GuestProtocolViolation,
        Effect = effect,
        Message = kind == 0 ? text : null,
        Elapsed = TimeSpan.FromTicks(long.MaxValue / 3),
        Result = kind == 1 ? one : default,
        Error = kind == 2 ? new OutcomeError("GenericError", text) : null,
        Exec = kind == 3 ? new ExecOutcome { Pid = long.MaxValue, ExitCode = long.MinValue, Stdout = one, Stderr = other, StdoutTruncated = true, StderrKept = new KeptOutput("01ARYZ6S41TSV4RRFFQ69G5FAV", long.MaxValue, new string('f', 64)) { Node = "a" } } : null,
    });

    private WireSerializer Wire => new((ExtendedActorSystem)Sys);

    private object Cross(object message) => Wire.FromBinary(Wire.ToBinary(message), Wire.Manifest(message));

    private string Json(object message) => $"{message.GetType()} {Encoding.UTF8.GetString(Wire.ToBinary(message))}";

    private static JobSpec Spec(CommandRoute route, EncodedCommand command) => new() { Target = Sample.Parse("*"), Route = route, Command = command, Timeout = TimeSpan.FromSeconds(1) };

    private static RouterCommands.Dispatch Dispatch(TargetList targets, WireCommand? command) => new("01ARYZ6S41TSV4RRFFQ69G5FA7", targets)
    {
        Epoch = 5,
        Incarnation = 8,
        Sequence = 9,
        Attempt = 2,
        Timeout = TimeSpan.FromSeconds(30),
        Delivery = TimeSpan.FromSeconds(3),
        IsReconciliation = true,
        IsStopped = true,
        Command = command,
    };
}
