using System.CommandLine;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>What <c>ping</c>, <c>ga</c>, <c>run</c> and <c>qmp</c> have in common: targets, time-out, waiting, and the job they start.</summary>
internal sealed class FanOutVerb(string defaultFormat, Action<TerminalWriter, IReadOnlyList<OutcomeView>> writeTable)
{
    private readonly TargetOptions _targets = new();
    private readonly JobOptions _options = new(defaultFormat);
    private readonly Option<TimeSpan?> _timeout = Durations.Option("--timeout", "How long each VM may take, in its queue and in the guest");
    private readonly Option<bool> _async = new("--async") { Arity = ArgumentArity.Zero, Description = "Print the job's id and return" };

    /// <summary>Makes the verb's request from its selector and time-out.</summary>
    public delegate Task<byte[]> RequestFactory(CliContext context, string target, TimeSpan? timeout, CancellationToken cancellation);

    /// <param name="command">The verb.</param>
    /// <param name="host">Runs it.</param>
    /// <param name="hasPrograms">Whether the outcomes have exit codes of their own (<c>-S</c>).</param>
    /// <param name="request">Its request.</param>
    public Command Build(Command command, CommandHost host, bool hasPrograms, RequestFactory request)
    {
        _targets.AddTo(command, host);
        command.Add(_timeout);
        _options.Results.AddTo(command);
        command.Add(_options.Wait);
        command.Add(_async);
        if (hasPrograms)
            command.Add(_options.MaxExitCode);
        host.Handle(command, (context, cancellation) => RunAsync(context, request, cancellation));
        return command;
    }

    private async Task<int> RunAsync(CliContext context, RequestFactory request, CancellationToken cancellation)
    {
        var target = await _targets.RequiredAsync(context, cancellation);
        var body = await request(context, target, context.Parsed.GetValue(_timeout), cancellation);
        if (!context.Parsed.GetValue(_async))
            return await new JobSession(context, _options, writeTable).RunAsync(body);

        using var server = context.Connect();
        var job = await server.PostAsync("v1/jobs", body, cancellation);
        context.Out.WriteLine(job.Text("id") ?? throw new CliException(ExitCodes.Error, "the server's answer names no job"));
        return ExitCodes.Ok;
    }
}
