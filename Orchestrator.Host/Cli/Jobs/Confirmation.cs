using System.Collections.Frozen;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>A command that ends or locks guests is not sent to several VMs by a slip of the hand: their number is typed, or <c>--yes</c> is given.</summary>
internal sealed class Confirmation
{
    private static readonly FrozenSet<string> Destructive = FrozenSet.Create(
        "guest-shutdown", "guest-suspend-disk", "guest-suspend-ram", "guest-suspend-hybrid", "guest-set-user-password", "guest-fsfreeze-freeze", "guest-fsfreeze-freeze-list",
        "quit", "stop", "system_reset", "system_powerdown", "inject-nmi", "device_del", "blockdev-del", "migrate");

    private readonly Option<bool> _yes = new("--yes", "-y") { Arity = ArgumentArity.Zero, Description = "Do not ask before a command that ends, stops or locks several guests" };

    public void AddTo(Command command) => command.Add(_yes);

    /// <exception cref="CliException">It was not confirmed; nothing was sent.</exception>
    public async Task RequireAsync(CliContext context, byte[] request, CancellationToken cancellation)
    {
        if (context.Parsed.GetValue(_yes) || CommandOf(request) is not { } command || !Destructive.Contains(command))
            return;
        using var server = context.Connect();
        var vms = (await server.PostAsync("v1/jobs:plan", request, cancellation)).Number("targets") ?? 0;
        if (vms < 2)
            return;
        var number = vms.ToString(CultureInfo.InvariantCulture);
        await TypeAsync(context, $"{command} on {number} VMs", "their number", number, cancellation);
    }

    /// <summary>Asks for a word to be typed.</summary>
    /// <exception cref="CliException">It was not confirmed; nothing was sent.</exception>
    public static async Task TypeAsync(CliContext context, string what, string word, string expected, CancellationToken cancellation)
    {
        if (!context.Environment.InputIsTerminal || !context.Error.IsTerminal)
            throw CliException.Usage($"{what} wants a confirmation: give --yes. Nothing was sent");
        context.Error.WriteLine($"{what}. Type {word} to send it:");
        using var input = new StreamReader(context.Environment.TakeInput());
        if ((await input.ReadLineAsync(cancellation))?.Trim() != expected)
            throw CliException.Usage("not confirmed: nothing was sent");
    }

    private static string? CommandOf(byte[] request)
    {
        var reader = new Utf8JsonReader(request);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("command"u8))
                return reader.Read() ? reader.GetString() : null;
        }
        return null;
    }
}
