using System.Buffers;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>What a caller asks of a migration, the same for all VMs of its job. Checked against both QEMUs before anything is changed.</summary>
public sealed record MigrationSpec
{
    /// <summary>What a job that migrates is called, and the command that goes to the VMs' node.</summary>
    public const string CommandName = "migrate";

    /// <summary>Most channels of <see cref="Multifd"/>; QEMU's own limit.</summary>
    public const int MaxMultifd = 255;

    /// <summary>Longest <see cref="Downtime"/>: QEMU's own limit.</summary>
    public static readonly TimeSpan LongestDowntime = TimeSpan.FromSeconds(2000);

    /// <summary>Longest <see cref="Drain"/>.</summary>
    public static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(1);

    /// <summary>VmHost on which the VM's destination is.</summary>
    public required string To { get; init; }

    /// <summary>Where the destination is to listen, <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>, with placeholders (<see cref="Placeholders"/>); the configuration's by default.</summary>
    public string? Uri { get; init; }

    /// <summary>Most bytes per second while the guest runs; as QEMU has it by default.</summary>
    public long? MaxBandwidth { get; init; }

    /// <summary>How long the guest may stand still; as QEMU has it by default (300 ms).</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Whether QEMU slows a guest down that changes its memory faster than it is copied.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>Whether the guest runs on at the destination after one pass, and fetches the rest of its memory from there. There is no way back then.</summary>
    public bool PostCopy { get; init; }

    /// <summary>Connections for memory, 1 to <see cref="MaxMultifd"/>; one for everything by default.</summary>
    public int? Multifd { get; init; }

    /// <summary>How long the switchover waits for the agent's outstanding command; 5 s by default.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the switchover may cut the answer to a command that cannot be asked again, whose outcome is <see cref="FanOut.Phase.Unknown"/> then.</summary>
    public bool AllowCut { get; init; }

    /// <summary>Whether the source's QEMU is left (<c>postmigrate</c>), and not ended once the guest runs at the destination.</summary>
    public bool KeepSource { get; init; }

    /// <summary>As the command that a job carries to the VM's node.</summary>
    public EncodedCommand Encode()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("to", To);
            if (Uri is { } uri)
                writer.WriteString("uri", uri);
            if (MaxBandwidth is { } bandwidth)
                writer.WriteNumber("maxBandwidth", bandwidth);
            if (Downtime is { } downtime)
                writer.WriteNumber("downtimeMs", downtime.TotalMilliseconds);
            if (Multifd is { } channels)
                writer.WriteNumber("multifd", channels);
            writer.WriteNumber("drainMs", Drain.TotalMilliseconds);
            WriteFlags(writer);
            writer.WriteEndObject();
        }
        return EncodedCommand.ForQmp(CommandName, output.WrittenSpan, outOfBand: false);
    }

    /// <summary>From a command of <see cref="Encode"/>.</summary>
    /// <exception cref="FormatException">It is of another version that asks for something else.</exception>
    public static MigrationSpec Read(EncodedCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        try
        {
            var read = JsonElement.Parse(command.Arguments.Span);
            return new MigrationSpec
            {
                To = read.GetProperty("to").GetString() ?? throw new FormatException("'to' is null"),
                Uri = read.TryGetProperty("uri", out var uri) ? uri.GetString() : null,
                MaxBandwidth = read.TryGetProperty("maxBandwidth", out var bandwidth) ? bandwidth.GetInt64() : null,
                Downtime = read.TryGetProperty("downtimeMs", out var downtime) ? TimeSpan.FromMilliseconds(downtime.GetDouble()) : null,
                Multifd = read.TryGetProperty("multifd", out var channels) ? channels.GetInt32() : null,
                Drain = TimeSpan.FromMilliseconds(read.GetProperty("drainMs").GetDouble()),
                AutoConverge = read.GetProperty("autoConverge").GetBoolean(),
                PostCopy = read.GetProperty("postCopy").GetBoolean(),
                AllowCut = read.TryGetProperty("allowCut", out var allowCut) && allowCut.GetBoolean(),
                KeepSource = read.GetProperty("keepSource").GetBoolean(),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            throw new FormatException($"'{CommandName}' is not understood: {e.Message}", e);
        }
    }

    private void WriteFlags(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("autoConverge", AutoConverge);
        writer.WriteBoolean("postCopy", PostCopy);
        writer.WriteBoolean("allowCut", AllowCut);
        writer.WriteBoolean("keepSource", KeepSource);
    }
}
