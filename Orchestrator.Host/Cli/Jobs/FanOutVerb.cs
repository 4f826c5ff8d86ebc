using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>What <c>ping</c>, <c>ga</c>, <c>run</c> and <c>qmp</c> have in common: targets, pace, limits, waiting, and the job they start.</summary>
internal sealed class FanOutVerb(string defaultFormat, Action<TerminalWriter, IReadOnlyList<OutcomeView>> writeTable)
{
    private readonly TargetOptions _targets = new();
    private readonly JobOptions _options = new(defaultFormat);
    private readonly LimitOptions _limits = new();
    private readonly PaceOptions _pace = new();
    private readonly ConditionOptions _conditions = new();
    private readonly PlanOptions _plans = new();
    private readonly Confirmation _confirmation = new();
    private readonly Option<string?> _key = new("--idempotency-key") { Description = "A second job with the same key is the first one, not another", HelpName = "KEY" };
    private readonly Option<bool> _async = new("--async") { Arity = ArgumentArity.Zero, Description = "Print the job's id and return" };

    /// <summary>Its selector, where <c>-t</c> does not say it.</summary>
    public Func<CliContext, string>? Target { get; init; }

    /// <summary>How far a job of it is, where its stream does not tell.</summary>
    public PolledProgress.Question? Progress { get; init; }

    /// <summary>Makes the verb's request from its selector and what writes the members that every job may have.</summary>
    public delegate Task<byte[]> RequestFactory(CliContext context, string target, Action<Utf8JsonWriter> options, CancellationToken cancellation);

    /// <param name="command">The verb.</param>
    /// <param name="host">Runs it.</param>
    /// <param name="hasPrograms">Whether the outcomes have exit codes of their own (<c>-S</c>).</param>
    /// <param name="request">Its request.</param>
    public Command Build(Command command, CommandHost host, bool hasPrograms, RequestFactory request)
    {
        if (Target is null)
            _targets.AddTo(command, host);
        _limits.AddTo(command);
        _pace.AddTo(command);
        _conditions.AddTo(command);
        _plans.AddTo(command);
        _confirmation.AddTo(command);
        command.Add(_key);
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
        var target = Target?.Invoke(context) ?? await _targets.RequiredAsync(context, cancellation);
        var body = await request(context, target, writer => WriteOptions(writer, context.Parsed), cancellation);
        if (_plans.OnlyPlans(context.Parsed))
            return await _plans.ShowAsync(context, body, _options.Results.Format(context.Parsed), cancellation);
        body = await _plans.ApplyAsync(context.Parsed, body, cancellation);
        await _confirmation.RequireAsync(context, body, cancellation);
        var key = context.Parsed.GetValue(_key);
        if (!context.Parsed.GetValue(_async))
            return await new JobSession(context, _options, writeTable) { Progress = Progress }.RunAsync(body, key);

        using var server = context.Connect();
        var job = await server.PostAsync("v1/jobs", body, cancellation, key);
        context.Out.WriteLine(job.Text("id") ?? throw new CliException(ExitCodes.Error, "the server's answer names no job"));
        return ExitCodes.Ok;
    }

    private void WriteOptions(Utf8JsonWriter writer, ParseResult parsed)
    {
        _limits.Write(writer, parsed);
        _pace.Write(writer, parsed);
        _conditions.Write(writer, parsed);
    }
}
