using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Shipped;
using Orchestrator.Actors.Controllers.Shipped.Backup;
using Orchestrator.Actors.Controllers.Shipped.Facts;
using Orchestrator.Actors.Controllers.Shipped.TimeSync;
using Orchestrator.Actors.Controllers.Shipped.Watchdog;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class OptionReaderTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("6h", 21_600_000)]
    [InlineData("7d", 604_800_000)]
    public void Duration_is_a_number_and_its_unit(string text, double milliseconds)
    {
        Assert.True(OptionReader.TryParseDuration(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("0s")]
    [InlineData("1e3s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("1.2.3s")]
    [InlineData("99999999999d")]
    public void Anything_else_is_no_duration(string text) => Assert.False(OptionReader.TryParseDuration(text, out _));

    [Theory]
    [InlineData("time-sync", "min-pause", "0ms", "time-sync: option 'min-pause' is '0ms': it must be a duration from 1ms to 1d")]
    [InlineData("time-sync", "max-drift", "2d", "from 1ms to 1d")]
    [InlineData("time-sync", "drift", "1s", "time-sync: there is no option 'drift': it has max-drift, min-pause")]
    [InlineData("watchdog", "policy", "reboot", "it must be one of notify, reset")]
    [InlineData("watchdog", "max-resets", "0", "it must be a whole number from 1 to 100")]
    [InlineData("watchdog", "max-resets", "two", "a whole number")]
    [InlineData("watchdog", "patience", "500ms", "from 1s to 1d")]
    [InlineData("watchdog", "window", "40d", "from 1s to 30d")]
    [InlineData("facts", "areas", "os,disk", "it must be some of os, net, fs, users")]
    [InlineData("facts", "refresh", "1s", "from 1m to 30d")]
    [InlineData("backup", "schedule", "nightly", "an interval from 1m to 366d such as 6h, or times of the day")]
    [InlineData("backup", "schedule", "30s", "an interval from 1m")]
    [InlineData("backup", "schedule", "24:00", "times of the day")]
    [InlineData("backup", "trigger-type", "BACKUP_*", "a type of events that a backup does not make itself")]
    [InlineData("backup", "trigger-type", "io.orchestrator.controller.*", "does not make itself")]
    [InlineData("backup", "trigger-type", "*", "does not make itself")]
    [InlineData("backup", "require", "best", "it must be one of fs, app, any")]
    [InlineData("backup", "dir", "backups", "an absolute path")]
    [InlineData("backup", "name", "a/b", "1 to 40 letters")]
    [InlineData("backup", "name", "", "1 to 40 letters")]
    [InlineData("backup", "parallel", "17", "from 1 to 16")]
    public void Broken_option_is_an_error_that_tells_which_and_what_would_fit(string controller, string name, string value, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => Create(controller, ShippedRig.Options((name, value))));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup", ControllerScope.Fleet)]
    [InlineData("facts", ControllerScope.Vm)]
    [InlineData("time-sync", ControllerScope.Vm)]
    [InlineData("watchdog", ControllerScope.Vm)]
    public void Controller_needs_no_options(string name, ControllerScope scope)
    {
        var controller = Create(name, ControllerOptions.None);

        Assert.Equal((name, scope, null), (controller.Name, controller.Scope, controller.Complaint));
    }

    [Fact]
    public void Choice_ignores_case() => Assert.NotNull(Create("watchdog", ShippedRig.Options(("policy", "Reset"))));

    private static Controller Create(string name, ControllerOptions options) => name switch
    {
        "backup" => new BackupController(options),
        "facts" => new FactsController(options),
        "time-sync" => new TimeSyncController(options),
        _ => new WatchdogController(options),
    };
}
