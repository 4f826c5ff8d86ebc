using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Freezes;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>freeze</c>: freezes the filesystems of VMs together, all or none.</summary>
internal sealed class FreezeCommand
{
    /// <summary>The server answers when all are frozen, or thawed again.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(3);

    private readonly TargetOptions _targets = new();
    private readonly Option<TimeSpan?> _ttl = Durations.Option("--ttl", "Thawed after this time whatever happens [default: 60s]");
    private readonly Option<string> _require = RequireOption("fs", "app", "any");
    private readonly Option<string[]> _mount = new("--mount") { Description = "Only the filesystem mounted there; may be repeated", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
    private readonly Option<bool> _hold = new("--hold") { Arity = ArgumentArity.Zero, Description = "Keep them frozen until Ctrl-C, then thaw" };
    private readonly Option<string> _format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);

    public static Command Create(CommandHost host)
    {
        var freeze = new FreezeCommand();
        var command = new Command("freeze", "Freezes the filesystems of VMs together, all or none, for a limited time") { freeze._ttl, freeze._require, freeze._mount, freeze._hold, freeze._format };
        freeze._targets.AddTo(command, host);
        host.Handle(command, freeze.RunAsync);
        return command;
    }

    /// <summary>What is demanded of every VM.</summary>
    public static Option<string> RequireOption(params string[] accepted) => new Option<string>("--require")
    {
        Description = "What every VM must reach, else none is kept: fs (filesystems frozen), app (applications took part), any (as good as it can)",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => accepted[0],
    }.AcceptOnlyFromAmong(accepted);

    /// <summary>The API's word for a level.</summary>
    public static string Requirement(string level) => $"{char.ToUpperInvariant(level[0])}{level[1..]}";

    private async Task<int> RunAsync(CliContext context, CancellationToken cancellation)
    {
        var target = await _targets.RequiredAsync(context, cancellation);
        var owner = $"{Environment.UserName}@{Environment.MachineName}:{Environment.ProcessId}";
        using var server = context.Connect(AnswerTimeout);
        var group = await server.PostAsync("v1/freezes", Request(context, target, owner), cancellation);
        if (group.Text("phase") != "Frozen")
            return Report(context, group);
        if (!context.Parsed.GetValue(_hold))
        {
            Write(context, group);
            if (context.Parsed.GetValue(_format) == OutputFormat.Table)
                context.Out.WriteLine(group.Text("id") ?? "");
            return FreezeTable.ExitCode(group);
        }
        if (!context.Quiet)
            context.Error.WriteLine($"frozen as group {group.Text("id")}; Ctrl-C thaws");
        var ttl = group.Member("ttlMs") is { } milliseconds ? milliseconds.GetDouble() : throw new CliException(ExitCodes.Error, "the server's answer has no ttlMs");
        var (thawed, trouble) = await new FreezeHold(context, server, group.Text("id")!, owner).RunAsync(ttl, cancellation);
        var exitCode = Report(context, thawed);
        return trouble is null ? exitCode : throw new CliException(Math.Max(ExitCodes.Failed, exitCode), $"the hold was lost: {trouble.Message}");
    }

    private int Report(CliContext context, JsonElement group)
    {
        Write(context, group);
        return FreezeTable.ExitCode(group);
    }

    private void Write(CliContext context, JsonElement group)
    {
        var format = context.Parsed.GetValue(_format)!;
        if (format == OutputFormat.Table)
            FreezeTable.Write(context.Out, FreezeTable.Vms(group));
        else
            Listing.WriteOne(context.Out, format, group);
    }

    private byte[] Request(CliContext context, string target, string owner) => JsonText.Bytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("target", target);
        writer.WriteString("owner", owner);
        writer.WriteString("require", Requirement(context.Parsed.GetValue(_require)!));
        if (context.Parsed.GetValue(_ttl) is { } ttl)
            writer.WriteNumber("ttlMs", (long)Math.Ceiling(ttl.TotalMilliseconds));
        if (context.Parsed.GetValue(_mount) is { Length: > 0 } mounts)
        {
            writer.WriteStartArray("mountpoints");
            foreach (var mount in mounts)
                writer.WriteStringValue(mount);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    });
}
