using Spectre.Console;

namespace Orchestrator.Host.Cli.Output;

/// <summary>Spectre.Console's progress bar from its first <see cref="Show"/> to its disposal, which leaves nothing of it behind.</summary>
internal sealed class ProgressDisplay : IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;
    private ProgressContext _context = null!;
    private ProgressTask _task = null!;

    public ProgressDisplay(TerminalWriter output)
    {
        // The library runs this up to its first wait before it returns: context and task are there then.
        _display = TerminalConsole.Open(output, moves: true).Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                _context = context;
                _task = context.AddTask("0");
                return _ended.Task;
            });
    }

    /// <param name="done">Of <paramref name="total"/>.</param>
    /// <param name="total">0 where there is nothing to do.</param>
    /// <param name="text">The same in words; may hold no guest text.</param>
    public void Show(int done, int total, string text)
    {
        _task.Description = text;
        _task.MaxValue = Math.Max(total, 1);
        _task.Value = done;
    }

    /// <summary>Shows the last state at once and takes it away.</summary>
    public async ValueTask DisposeAsync()
    {
        _context.Refresh();
        _ended.SetResult();
        await _display;
    }
}
