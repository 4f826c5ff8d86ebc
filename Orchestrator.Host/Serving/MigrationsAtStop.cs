using Akka.Actor;
using Orchestrator.Actors.Migration;

namespace Orchestrator.Host.Serving;

/// <summary>A node that stops gives the migrations that it drives back to their sources: without it, a guest would stand still at its switchover for ever.</summary>
internal sealed partial class MigrationsAtStop(Node node, ActorSystem system, ILogger<MigrationsAtStop> log) : IHostedService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (system.WhenTerminated.IsCompleted)
            return;
        try
        {
            await node.Migrations.Ask<MigrationReplies.Migrations>(new MigrationOrders.StopAll(), Limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception late) when (late is AskTimeoutException or OperationCanceledException)
        {
            NotGivenBack(log, late.Message);
        }
    }

    [LoggerMessage(1005, LogLevel.Warning, "Migrations could not be given up before the node stopped ({Reason}): they are when it starts again")]
    private static partial void NotGivenBack(ILogger log, string reason);
}
